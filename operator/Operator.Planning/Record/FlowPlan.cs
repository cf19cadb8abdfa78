using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

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

    public Occasion? Find(string occasion) => Occasions.FirstOrDefault(o => o.Id == occasion);
}

public sealed record RoundProblem
{
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";

    /// <summary>No store at all was synced in that round.</summary>
    public bool IsTotal { get; set; }
}
