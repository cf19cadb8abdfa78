using System.Collections.Immutable;

namespace Operator.Planning.Judging;

/// <summary>The first run of a group on an occasion, as it ended. Retries and further runs of the occasion are no evidence.</summary>
/// <param name="Coin">Forced for runs outside the cohort and for groups that have no coin.</param>
/// <param name="Stores">In the order of the plan: the coin is that of the first.</param>
/// <param name="Items">One value for each store; null: the run did not reach it, or said nothing about it.</param>
/// <param name="Close">How it ended, as the judge looks at it.</param>
/// <param name="HasReport">The container wrote a report that can be read.</param>
public sealed record EndedRun(
    Coin Coin,
    ImmutableArray<string> Stores,
    RunClose Close,
    ImmutableArray<ItemCounts?> Items,
    bool HasReport
)
{
    /// <summary>It was still live at its stores' next due time.</summary>
    public bool IsLate { get; init; }
}

/// <summary>How the judge looks at the end of a run.</summary>
public enum RunClose
{
    /// <summary>Exit code 0.</summary>
    Well,

    /// <summary>
    /// The container's or its configuration's own doing: non-zero exit, signal, out of memory, over its own time or disk, an unreadable
    /// report, errors of its start or configuration.
    /// </summary>
    Badly,

    /// <summary>A cause outside the version: the run has no outcome.</summary>
    Lost,
}

/// <summary>Items of one store, or of several. Throttled ones are on neither side.</summary>
public readonly record struct ItemCounts(long Attempted, long Failed)
{
    public static ItemCounts operator +(ItemCounts a, ItemCounts b) =>
        new(a.Attempted + b.Attempted, a.Failed + b.Failed);

    internal bool HaveFailedWholly => Attempted > 0 && 2 * Failed >= Attempted;
}

/// <summary>
/// An occasion of a flow, all of whose first runs have ended or are given up. The occasions of a flow are settled in the order in which
/// they were planned, each once.
/// </summary>
public sealed record SettledOccasion
{
    /// <summary>The stage of the attempt in which the coins were flipped.</summary>
    public int Stage { get; init; } = 1;

    /// <summary>First runs of the cohort's groups.</summary>
    public ImmutableArray<EndedRun> Runs { get; init; } = [];

    /// <summary>Runs on stable of stores outside the cohort.</summary>
    public ImmutableArray<EndedRun> Outside { get; init; } = [];

    /// <summary>Stores that ran without a coin (retries, <c>more</c>) between their last first run and this occasion's.</summary>
    public ImmutableArray<string> RanWithoutCoin { get; init; } = [];
}
