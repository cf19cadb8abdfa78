using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Operator.Planning.Outcomes;
using Operator.Planning.Scheduling;

namespace Operator.Planning;

/// <summary>What was planned for one flow: its open occasions, and the closed ones whose pods are still there.</summary>
public sealed record FlowPlan
{
    /// <summary>When the record first listed the flow; slots due before count for nothing.</summary>
    public DateTimeOffset ListedAt { get; set; }

    /// <summary>The newest slot that was opened, skipped or counted as missed. Never goes back, whatever the clock says.</summary>
    public DateTimeOffset? LastSlot { get; set; }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<Occasion> Occasions { get; set; } = [];

    /// <summary>Stores that run in small groups because a run that held them ended badly before it reached them.</summary>
    public ImmutableArray<Isolation> Isolated { get; set; } = [];

    /// <summary>A run of this flow has sent a report: from now on silence is a failure.</summary>
    public bool HasReported { get; set; }
    public DateTimeOffset? LastSuccess { get; set; }
    public long MissedSlots { get; set; }
    public long MissedStoreSyncs { get; set; }

    /// <summary>The same by cause. Younger than the sum: what was counted before is in the sum only.</summary>
    public MissedTally MissedBy { get; set; } = new();

    /// <summary>How long a run holds its place, from the pod's creation to its end: a mean that forgets.</summary>
    public TimeSpan? TypicalRun { get; set; }

    /// <summary>Why the newest closed round could not run all that was due, in numbers; null when it could.</summary>
    public string? Shortage { get; set; }

    /// <summary>What went wrong on the stable arm in the newest closed round; null when nothing did.</summary>
    public RoundProblem? Problem { get; set; }

    [JsonIgnore]
    public IEnumerable<Entry> Entries => Occasions.SelectMany(o => o.Entries);

    /// <summary>The occasion of the newest slot; null before the first.</summary>
    [JsonIgnore]
    public Occasion? NewestSlot => Occasions.LastOrDefault(o => o.Order is null);

    /// <summary>Those that runs may still be added to: run-nows and catch-ups, the oldest first, and then the newest slot.</summary>
    [JsonIgnore]
    public IEnumerable<Occasion> Plannable
    {
        get
        {
            var open = Occasions.Where(o => o is { Order: not null, IsClosed: false });
            return NewestSlot is { IsClosed: false } slot ? open.Append(slot) : open;
        }
    }

    public Occasion? Find(string occasion) =>
        Occasions.FirstOrDefault(o => string.Equals(o.Id, occasion, StringComparison.Ordinal));
}

/// <summary>
/// Why a flow runs: one slot, somebody's RunNow, or the catch-up after a rollback. Open until nothing of it is left to plan or to wait
/// for.
/// </summary>
public sealed record Occasion
{
    /// <summary><c>s</c> and the slot in Unix seconds, <c>n</c> and the action's token, or <c>c</c> and the attempt's number.</summary>
    public string Id { get; set; } = "";

    /// <summary>Of a run-now: when it was applied. Of a catch-up: when the attempt was rolled back.</summary>
    public DateTimeOffset Slot { get; set; }

    /// <summary>The slot of the occasion before this one; null for the first.</summary>
    public DateTimeOffset? SlotBefore { get; set; }

    /// <summary>Over how long its runs are spread; zero: all are due at the slot itself.</summary>
    public TimeSpan Spread { get; set; }

    /// <summary>The last instant at which a pod of this occasion may be created: slot, spread and startingDeadline.</summary>
    public DateTimeOffset StartBy { get; set; }

    /// <summary>From this slot to the next: what one observed round can add to a step's dwell.</summary>
    public TimeSpan Period { get; set; }

    /// <summary>The attempt that ran, and its stage, when the slot opened: a round counts for the step that it began in. 0: none.</summary>
    public int Attempt { get; set; }
    public int Stage { get; set; }

    /// <summary>How often a store that failed is tried again.</summary>
    public int Retries { get; set; }
    public ImmutableArray<Entry> Entries { get; set; } = [];
    public bool IsClosed { get; set; }

    /// <summary>What a run-now or a catch-up asks for; null: a slot.</summary>
    public RunOrder? Order { get; set; }

    [JsonIgnore]
    public OccasionKind Kind => OccasionIds.KindOf(Id);
}

/// <summary>What is asked of one flow beside its schedule.</summary>
public sealed record RunOrder
{
    /// <summary>Empty: all active ones.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];

    /// <summary>Workers are asked to do again what was due since then; null: nothing, or what each store owes.</summary>
    public DateTimeOffset? Since { get; set; }
}

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
    public EndCause? End { get; set; }

    /// <summary>What kept the container from starting, when <see cref="End"/> is StartTimeout.</summary>
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

    /// <summary>One place a store; Unknown where nothing was written.</summary>
    public StoreOutcome[] OutcomesOf() => OutcomeLetters.Unpack(Outcomes, Stores.Length, StoreOutcome.Unknown);
}

public enum Arm
{
    Stable,
    Candidate,
}

public enum EndCause
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

/// <summary>A store that runs in groups of at most <see cref="Size"/> until ten clean occasions.</summary>
public sealed record Isolation
{
    public string Store { get; set; } = "";

    /// <summary>It is this revision that is suspected; on another one the store runs with its neighbours.</summary>
    public string Revision { get; set; } = "";
    public int Size { get; set; }

    /// <summary>Occasions in which its runs reached it.</summary>
    public int Clean { get; set; }

    /// <summary>The newest of them: one occasion counts once, however often it runs.</summary>
    public string? CleanOn { get; set; }
}

public sealed record RoundProblem
{
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";

    /// <summary>No store at all was synced in that round.</summary>
    public bool IsTotal { get; set; }
}
