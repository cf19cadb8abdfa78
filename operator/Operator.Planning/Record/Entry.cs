using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>One run. The entry is committed before its pod is created.</summary>
public sealed record Entry
{
    /// <summary>Longest <see cref="Detail"/>.</summary>
    public const int MostDetail = 200;

    public int Index { get; set; }
    public ImmutableArray<string> Stores { get; set; } = [];
    public string Revision { get; set; } = "";
    public Arm Arm { get; set; }

    /// <summary>Number of the attempt whose candidate runs; 0 on the stable arm.</summary>
    public int Attempt { get; set; }

    /// <summary>The attempt's stage at planning time. A run is evidence only for this stage.</summary>
    public int Stage { get; set; }
    public bool IsPilot { get; set; }

    /// <summary>The stores run in a small group after a failure, within the places for such groups.</summary>
    public bool IsIsolated { get; set; }

    /// <summary>The coin that gave the run its arm: the first run of stores of the cohort on its occasion. Null: the arm was settled before.</summary>
    public CoinFlip? Coin { get; set; }

    /// <summary>At planning time, stores of the run had work of a version to redo that was taken back. run.json asks the worker to redo it.</summary>
    public bool IsRedo { get; set; }

    /// <summary>Earliest creation time of the pod; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; set; }
    public DateTimeOffset StartBy { get; set; }

    /// <summary>
    /// The pod is not created any more: the connector was deleted and made again, and the pod may have run before.
    /// </summary>
    public bool IsWithdrawn { get; set; }

    /// <summary>Calls that the quotas promised for each store of the run, by API; null when no quota limits the flow.</summary>
    public ImmutableSortedDictionary<string, int>? Promised { get; set; }

    /// <summary>When calls of a day were promised, until the run is folded; null when none were.</summary>
    public DateTimeOffset? PromisedAt { get; set; }

    /// <summary>Value of SYNC_DEADLINE: the worker must exit by then.</summary>
    public DateTimeOffset Deadline { get; set; }

    /// <summary>Why the operator deletes the pod; null: no delete. Committed first, so that the run is not counted as deleted by others.</summary>
    public StopCause? Stop { get; set; }

    /// <summary>Why the container did not start, when <see cref="Stop"/> is StartTimeout.</summary>
    public string? WaitingReason { get; set; }

    /// <summary>Set once, when the run is folded. Null: not folded yet.</summary>
    public RunResult? Result { get; set; }

    /// <summary>When the run was folded.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The cause in one word, such as <c>OOMKilled</c> or <c>ReportUnreadable</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>
    /// The cause in one sentence of at most <see cref="MostDetail"/> characters; null: the run succeeded. Equal ones are stored once for
    /// consecutive runs.
    /// </summary>
    public string? Detail { get; set; }

    /// <summary>
    /// The run ended for a cause outside the worker, and nobody saw its container start, though <see cref="Reason"/> does not tell so: a pod
    /// may be deleted or evicted before its start.
    /// </summary>
    public bool IsUnstarted { get; set; }

    /// <summary>Stores that the run did not reach. They are no evidence and can be planned again.</summary>
    public ImmutableArray<string> NotReached { get; set; } = [];

    /// <summary>Stores whose items all failed, for a cause that a retry may fix.</summary>
    public ImmutableArray<string> FailedStores { get; set; } = [];

    /// <summary>Stores that reported more work to do.</summary>
    public ImmutableArray<string> MoreStores { get; set; } = [];

    /// <summary>Outcome of each of <see cref="Stores"/>, packed. Set together with <see cref="Result"/>.</summary>
    public string Outcomes { get; set; } = "";

    /// <summary>
    /// What the run did, packed, until the judge has taken it. Set together with <see cref="Result"/>, for runs that the judge asks for.
    /// </summary>
    public string Counts { get; set; } = "";

    /// <summary>The run succeeded, or failed by its own fault. Only such runs are evidence for or against the revision.</summary>
    [JsonIgnore]
    public bool IsEvidence => Result is RunResult.Succeeded or RunResult.Failed;

    /// <summary>The run ended for a cause outside the worker before it reached any store: it tells nothing.</summary>
    [JsonIgnore]
    public bool ReachedNothing =>
        Result is RunResult.Infra or RunResult.NotStarted && Stores.Length > 0 && NotReached.Length == Stores.Length;

    /// <summary>One outcome per store; Unknown when none was written.</summary>
    public StoreOutcome[] OutcomesOf() => OutcomeLetters.Unpack(Outcomes, Stores.Length, StoreOutcome.Unknown);
}

/// <summary>A coin, committed with the plan of its run.</summary>
public sealed record CoinFlip
{
    /// <summary>Number of the attempt in which it was flipped.</summary>
    public int Attempt { get; set; }

    /// <summary>The chance of the candidate's side, 1 - <c>analysis.control</c> at that time: a change of it acts on later coins.</summary>
    public decimal CandidateShare { get; set; }
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

    /// <summary>Somebody edited the fingerprint of the pod, so nobody knows what it runs.</summary>
    Edited,

    /// <summary>Its attempt ended without promotion, and <c>inFlight</c> is Stop.</summary>
    TakenBack,
}

/// <summary>How a run ended. Only Succeeded and Failed are evidence.</summary>
public enum RunResult
{
    Succeeded,

    /// <summary>The worker caused the failure.</summary>
    Failed,

    /// <summary>The image was not available or the container configuration was wrong: the container never ran.</summary>
    NotStarted,

    /// <summary>The cause is outside the version: eviction, lost node, scheduling, deletion by others.</summary>
    Infra,

    /// <summary>The operator never saw the pod.</summary>
    Lost,
}
