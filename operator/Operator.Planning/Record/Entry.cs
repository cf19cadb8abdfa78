using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>One run, recorded before its pod exists.</summary>
public sealed record Entry
{
    public int Index { get; set; }
    public ImmutableArray<string> Stores { get; set; } = [];
    public string Revision { get; set; } = "";
    public Arm Arm { get; set; }

    /// <summary>The attempt whose candidate this runs; 0 on the stable arm.</summary>
    public int Attempt { get; set; }

    /// <summary>The attempt's stage at planning time: a run is evidence for its own stage only.</summary>
    public int Stage { get; set; }
    public bool IsPilot { get; set; }

    /// <summary>Holds stores of <see cref="FlowPlan.Isolated"/>.</summary>
    public bool IsIsolated { get; set; }

    /// <summary>Stores of it had to redo what a bad version did when it was planned: it tells them to.</summary>
    public bool IsRedo { get; set; }

    /// <summary>When its pod is to be created; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; set; }
    public DateTimeOffset StartBy { get; set; }

    /// <summary>Calls that the run was promised for each of its stores, by API; null when no quota limits its flow.</summary>
    public ImmutableSortedDictionary<string, int>? Promised { get; set; }

    /// <summary>SYNC_DEADLINE: the worker exits when it has passed.</summary>
    public DateTimeOffset Deadline { get; set; }

    /// <summary>Why we are about to delete the pod; committed before the delete, so that it is never taken for somebody else's.</summary>
    public StopCause? Stop { get; set; }

    /// <summary>What kept the container from starting, when <see cref="Stop"/> is StartTimeout.</summary>
    public string? WaitingReason { get; set; }

    /// <summary>Set once, when the run was folded into the ledger.</summary>
    public RunResult? Result { get; set; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>One word for why, such as <c>OOMKilled</c> or <c>ReportUnreadable</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>Stores that the run did not reach: no evidence, and free to be planned again.</summary>
    public ImmutableArray<string> NotReached { get; set; } = [];

    /// <summary>Stores of which every item failed, for a cause that another try may mend.</summary>
    public ImmutableArray<string> FailedStores { get; set; } = [];

    /// <summary>Stores that said that they have more to do.</summary>
    public ImmutableArray<string> MoreStores { get; set; } = [];

    /// <summary>What it came to for each of <see cref="Stores"/>, packed; set with <see cref="Result"/>.</summary>
    public string Outcomes { get; set; } = "";

    /// <summary>It did its work, or failed by itself: only such a run says something about its revision.</summary>
    [JsonIgnore]
    public bool IsEvidence => Result is RunResult.Succeeded or RunResult.Failed;

    /// <summary>One place a store; Unknown where nothing was written.</summary>
    public StoreOutcome[] OutcomesOf() => OutcomeLetters.Unpack(Outcomes, Stores.Length, StoreOutcome.Unknown);
}

public enum Arm
{
    Stable,
    Candidate,
}

public enum StopCause
{
    /// <summary>The container ran longer than the flow's timeout.</summary>
    Timeout,

    /// <summary>The container did not start within startTimeout.</summary>
    StartTimeout,
}

/// <summary>How a run ended. Only Succeeded and Failed are evidence.</summary>
public enum RunResult
{
    Succeeded,

    /// <summary>Ended badly for a cause of the worker.</summary>
    Failed,

    /// <summary>The image could not be had or the container could not be configured: it never ran.</summary>
    NotStarted,

    /// <summary>A cause outside the version: eviction, lost node, scheduling, deletion by others.</summary>
    Infra,

    /// <summary>The pod went unseen.</summary>
    Lost,
}
