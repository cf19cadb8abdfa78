using System.Collections.Immutable;

namespace Operator.Planning.Rollouts;

/// <summary>What the judge knows of a flow in the running step, for people.</summary>
internal sealed record TrialSight(ArmSums Candidate, ArmSums Stable)
{
    public static TrialSight None { get; } = new(ArmSums.None, ArmSums.None);

    /// <summary>False: every cohort run is on the candidate, so there is no evidence.</summary>
    public bool HasCoins { get; init; }

    /// <summary>The evidence that the versions differ; 1 where they are alike, on average.</summary>
    public double Evidence { get; init; } = 1;

    /// <summary>Evidence after each of the last settled occasions, oldest first.</summary>
    public ImmutableArray<float> Past { get; init; } = [];

    /// <summary>Occasions that counted.</summary>
    public int Rounds { get; init; }

    /// <summary>Most runs on stable fail: nothing is counted.</summary>
    public bool IsInTrouble { get; init; }
}

/// <summary>The counted runs of one arm in the step.</summary>
/// <param name="Runs">Ended first runs; without those that the cluster broke off, and without occasions in an outage.</param>
/// <param name="FailedRuns">Those that ended badly, or of whose items at least half failed.</param>
/// <param name="Stores">Stores that were reached.</param>
/// <param name="Items">Items, failed ones included.</param>
/// <param name="FailedItems">Failed ones of these.</param>
internal sealed record ArmSums(int Runs, int FailedRuns, int Stores, long Items, long FailedItems)
{
    public static ArmSums None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>With those in an outage.</summary>
    public int All { get; init; }

    /// <summary>Runs that were still live at their stores' next due time.</summary>
    public int Late { get; init; }

    /// <summary>Failed items / items, from 0 to 1; 0 when no item was counted.</summary>
    public decimal ItemErrorRate => Items == 0 ? 0 : (decimal)FailedItems / Items;

    public decimal LateShare => Runs == 0 ? 0 : (decimal)Late / Runs;
}
