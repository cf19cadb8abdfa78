using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>How one run ended: the result, a reason (one word), a detail (one sentence), and the report of each store.</summary>
public sealed record RunEnding
{
    public RunResult Result { get; init; }
    public string Reason { get; init; } = "";
    public string Detail { get; init; } = "";

    /// <summary>The worker sent a readable report.</summary>
    public bool HasReport { get; init; }

    /// <summary>The container started.</summary>
    public bool HasStarted { get; init; }

    /// <summary>It is certain that the container never started, so the run made no calls.</summary>
    public bool NeverStarted { get; init; }

    /// <summary>When the container started: not before the pod's creation and not after now. Null: never, or unknown.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>
    /// Time from the container's start to its end, at most the time since the pod's creation. Zero when unknown, and when the end is before the start: a container runtime
    /// can note the start of a very short container after its end.
    /// </summary>
    public TimeSpan Ran { get; init; }

    /// <summary>
    /// Time from the pod's acceptance by the kubelet to the container's end, both by the node's clock: how long the run kept its place. Null
    /// when unknown.
    /// </summary>
    public TimeSpan? Took { get; init; }

    /// <summary>One report per store of the entry; null: store not reached.</summary>
    public ImmutableArray<StoreReport?> Reports { get; init; } = [];
    public ReportedCalls Calls { get; init; } = ReportedCalls.None;

    /// <summary>The exception that the fold of this run threw, with its stack, for the operator's log. Null: none.</summary>
    public string? Fault { get; init; }

    /// <summary>The error class of a store that ran alone and failed: x timeout, n internal.</summary>
    public char ErrorClass => Reason == Reasons.TimedOut ? 'x' : 'n';
}

/// <summary>Facts of the record that change how an ending is judged: a missing report after an earlier report is a failure, and a
/// missing image of a revision that already ran is not the version's fault.</summary>
public sealed record RunFacts(bool FlowHasReported, bool RevisionHasStarted)
{
    /// <summary>Time that a pod has to end after its deadline. Default 30 s.</summary>
    public TimeSpan TerminationGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The flow's timeout as of the occasion; null: unknown, then the run's whole time until its deadline.</summary>
    public TimeSpan? Timeout { get; init; }
}
