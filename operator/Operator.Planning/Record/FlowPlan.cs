using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>The plan of one flow: its open occasions, and closed occasions whose pods still exist.</summary>
public sealed record FlowPlan
{
    /// <summary>When the record first listed the flow. Slots before this instant are neither run nor counted as missed.</summary>
    public DateTimeOffset ListedAt { get; set; }

    /// <summary>The schedule that <see cref="LastSlot"/> belongs to. Null: the spec no longer lists the flow.</summary>
    public string? Schedule { get; set; }

    /// <summary>The time zone that <see cref="LastSlot"/> belongs to.</summary>
    public string? TimeZone { get; set; }

    /// <summary>
    /// When the record first saw this schedule and time zone. Slots before this instant are neither run nor counted as missed. Null:
    /// the flow never had others.
    /// </summary>
    public DateTimeOffset? ScheduledSince { get; set; }

    /// <summary>The last plan saw no store that is listed and not suspended in the spec.</summary>
    public bool IsIdle { get; set; }

    /// <summary>When <see cref="IsIdle"/> last ended. Slots before this instant are not counted as missed. Null: never.</summary>
    public DateTimeOffset? ActiveSince { get; set; }

    /// <summary>Since when the flow stands still, or last stood still, because its spec is wrong; null: it never did.</summary>
    public DateTimeOffset? WrongSince { get; set; }

    /// <summary>When that ended; null: not yet.</summary>
    public DateTimeOffset? WrongUntil { get; set; }

    /// <summary>The newest slot that was opened, skipped or counted as missed. Never goes back, even when the clock does.</summary>
    public DateTimeOffset? LastSlot { get; set; }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<Occasion> Occasions { get; set; } = [];

    /// <summary>Stores that run in small groups, because a run failed before it reached them.</summary>
    public ImmutableArray<Isolation> Isolated { get; set; } = [];

    /// <summary>Revisions whose runs failed mostly in the newest closed slot; at most one item for each revision.</summary>
    public ImmutableArray<GeneralFailure> GeneralFailures { get; set; } = [];

    /// <summary>A run of this flow has sent a report. From now on a run without a report fails.</summary>
    public bool HasReported { get; set; }
    public DateTimeOffset? LastSuccess { get; set; }
    public long MissedSlots { get; set; }
    public long MissedStoreSyncs { get; set; }

    /// <summary><see cref="MissedStoreSyncs"/> by cause. Syncs that an older operator counted have no cause here.</summary>
    public MissedTally MissedBy { get; set; } = new();

    /// <summary>Time from a pod's creation to its end: a moving average over the runs. Null: no run ended yet.</summary>
    public TimeSpan? TypicalRun { get; set; }

    /// <summary>Why the newest closed round could not run all due stores, with numbers; null when it could.</summary>
    public string? Shortage { get; set; }

    /// <summary>The problem on the stable arm in the newest closed round; null when there was none.</summary>
    public RoundProblem? Problem { get; set; }

    /// <summary>Members that a newer version of the operator wrote; kept as they are. Null: none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Newer { get; set; }

    [JsonIgnore]
    public bool IsWrong => WrongSince is not null && WrongUntil is null;

    /// <summary>The flow stood still at some time of the span.</summary>
    internal bool WasWrong(DateTimeOffset from, DateTimeOffset until) => WrongSince <= until && !(WrongUntil < from);

    [JsonIgnore]
    public IEnumerable<Entry> Entries => Occasions.SelectMany(o => o.Entries);

    /// <summary>The occasion of the newest slot; null before the first slot.</summary>
    [JsonIgnore]
    public Occasion? NewestSlot => Occasions.LastOrDefault(o => o.Order is null);

    /// <summary>Occasions that can still get runs: first run-nows and catch-ups, oldest first, then the newest slot.</summary>
    [JsonIgnore]
    public IEnumerable<Occasion> Plannable
    {
        get
        {
            var open = Occasions.Where(o => o is { Order: not null, IsClosed: false });
            return NewestSlot is { IsClosed: false } slot ? open.Append(slot) : open;
        }
    }

    /// <summary>Null when most runs of the revision did their work in the newest closed slot.</summary>
    public GeneralFailure? GeneralFailureOf(string revision) =>
        GeneralFailures.FirstOrDefault(f => f.Revision == revision);

    public Occasion? Find(string occasion) => Occasions.FirstOrDefault(o => o.Id == occasion);
}

public sealed record RoundProblem
{
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";

    /// <summary>No store was synced in the round.</summary>
    public bool IsTotal { get; set; }
}
