using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Operator.Api;

namespace Operator.Planning.Record;

/// <summary>
/// Why a flow runs: one slot, a RunNow action, or the catch-up after an attempt that ended without promotion. Open until no run is left to plan or to
/// wait for.
/// </summary>
public sealed record Occasion
{
    /// <summary><c>s</c> and the slot in Unix seconds, <c>n</c> and the action's token, or <c>c</c> and the attempt's number.</summary>
    public string Id { get; set; } = "";

    /// <summary>The due time. For a run-now: when the action was applied. For a catch-up: when the attempt ended.</summary>
    public DateTimeOffset Slot { get; set; }

    /// <summary>The slot before this one; null for the first.</summary>
    public DateTimeOffset? SlotBefore { get; set; }

    /// <summary>Time over which the runs are spread; zero: all runs are due at the slot itself.</summary>
    public TimeSpan Spread { get; set; }

    /// <summary>The last instant at which a pod of this occasion may be created: slot + spread + startingDeadline.</summary>
    public DateTimeOffset StartBy { get; set; }

    /// <summary>Time from this slot to the next: the most that one observed round adds to <c>Attempt.Dwelled</c>.</summary>
    public TimeSpan Period { get; set; }

    /// <summary>The running attempt's number when the slot opened; 0: none. A round counts only for the step in which it opened.</summary>
    public int Attempt { get; set; }
    public int Stage { get; set; }

    /// <summary>The flow's <c>startTimeout</c> when the occasion opened: an edit acts on later occasions. Null: the present one.</summary>
    public Duration? StartTimeout { get; set; }

    /// <summary>The flow's <c>timeout</c> when the occasion opened: an edit acts on later occasions. Null: the present one.</summary>
    public Duration? Timeout { get; set; }

    /// <summary>How often a failed store is retried.</summary>
    public int Retries { get; set; }
    public ImmutableArray<Entry> Entries { get; set; } = [];
    public bool IsClosed { get; set; }

    /// <summary>The judge of the running attempt has taken the occasion's first runs.</summary>
    public bool IsSettled { get; set; }

    /// <summary>
    /// Which stores were due when the occasion opened: packed like a row of <see cref="OutcomeBook"/>, <c>?</c> for a due store, else
    /// the reason. Stores that joined or were resumed later can run, but miss nothing. Empty: every store was due, or it is closed.
    /// </summary>
    public string Due { get; set; } = "";

    /// <summary>The order of a run-now or catch-up; null for a slot.</summary>
    public RunOrder? Order { get; set; }

    [JsonIgnore]
    public OccasionKind Kind => OccasionIds.KindOf(Id);
}

/// <summary>A run of one flow outside its schedule.</summary>
public sealed record RunOrder
{
    /// <summary>Stores to run; empty: all active stores.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];

    /// <summary>Workers redo the work since this instant. Null: only what each store's <see cref="StoreLedger.RedoFrom"/> says.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>
    /// The flow's <c>startingDeadline</c> when a catch-up opened: each store has this time from the later of the attempt's end and the
    /// end of its last run of the version. Null: the occasion's <see cref="Occasion.StartBy"/> holds for every store.
    /// </summary>
    public Duration? StartWithin { get; set; }
}
