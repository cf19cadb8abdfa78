using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>How one run ended: the result, one word and one sentence why, and what each store of it reported.</summary>
public sealed record RunEnding
{
    public RunResult Result { get; init; }
    public string Reason { get; init; } = "";
    public string Detail { get; init; } = "";

    /// <summary>The worker sent a readable report.</summary>
    public bool HasReport { get; init; }

    /// <summary>The container had started.</summary>
    public bool HasStarted { get; init; }

    /// <summary>
    /// From its container's start to its end. Zero when that is not known, and when they are told the other way round: a runtime
    /// may notice the start of a container that ended at once after its end.
    /// </summary>
    public TimeSpan Ran { get; init; }

    /// <summary>From the pod's creation to the container's end, where both are known.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>One place a store of the entry; null: not reached.</summary>
    public ImmutableArray<StoreReport?> Reports { get; init; } = [];
    public ReportedCalls Calls { get; init; } = ReportedCalls.None;

    /// <summary>The error class of a store whose own run ended badly: x out of time, n internal.</summary>
    public char ErrorClass => Reason == Reasons.TimedOut ? 'x' : 'n';
}

/// <summary>What the record knows that the pod does not tell: silence and a missing image mean different things after the first time.</summary>
public sealed record RunFacts(bool FlowHasReported, bool RevisionHasStarted)
{
    /// <summary>Beyond its deadline a pod gets this long to end. Default 30 s.</summary>
    public TimeSpan TerminationGrace { get; init; } = TimeSpan.FromSeconds(30);
}
