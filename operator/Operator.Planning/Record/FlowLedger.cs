using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>Summary of the reports of one flow.</summary>
public sealed record FlowLedger
{
    public ImmutableSortedDictionary<string, StoreLedger> Stores { get; set; } =
        ImmutableSortedDictionary.Create<string, StoreLedger>(StringComparer.Ordinal);
}

public sealed record StoreLedger
{
    /// <summary>
    /// The newest slot in which the store had no failed item and nothing more to do, or in which its run succeeded in a flow
    /// without reports.
    /// </summary>
    public DateTimeOffset? LastOkSlot { get; set; }

    /// <summary>The newest slot with another result, when this slot is newer than <see cref="LastOkSlot"/>; else null.</summary>
    public DateTimeOffset? LastRunSlot { get; set; }
    public string? LastOkRevision { get; set; }

    /// <summary>Error class of the newest report, such as <c>a</c>, when no item of the store was ok; else null.</summary>
    public string? FailingClass { get; set; }

    /// <summary>
    /// Why the newest run failed without a report, such as <c>ExitCode</c>, when it ran only this store: then no item was reported. Or
    /// <c>NoProgress</c>: it said again and again that it has more work, and did none. Else null.
    /// </summary>
    public string? FailingReason { get; set; }

    /// <summary>
    /// The first slot on which a run ended well and left the store out, since a run last told about the store. Null: none did.
    /// </summary>
    public DateTimeOffset? LeftOutSince { get; set; }

    /// <summary>The store was left out on a later slot, too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLeftOutAgain { get; set; }

    /// <summary>The first due time that the running attempt's candidate handled; null: the candidate handled none.</summary>
    public DateTimeOffset? CandidateFrom { get; set; }

    /// <summary>
    /// The first due time that a version handled whose attempt ended without promotion. Runs redo the work from this due time on, until
    /// one has done it. Null: nothing to redo.
    /// </summary>
    public DateTimeOffset? RedoFrom { get; set; }

    /// <summary>When the last run of that version ended, if that was after its attempt. Null: before.</summary>
    public DateTimeOffset? RedoSince { get; set; }

    /// <summary>The store came to owe the work while a run was live that was told to redo others' work: its end pays nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUntold { get; set; }

    /// <summary>A run of the running attempt's candidate has redone the work. This counts once the candidate is promoted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRedone { get; set; }
}
