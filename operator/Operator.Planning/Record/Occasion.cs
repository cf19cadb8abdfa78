using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

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
