using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>Summary of the reports of one flow.</summary>
public sealed record FlowLedger
{
    public ImmutableSortedDictionary<string, StoreLedger> Stores { get; set; } =
        ImmutableSortedDictionary.Create<string, StoreLedger>(StringComparer.Ordinal);

    /// <summary>Evidence about the candidate in the current stage of the running attempt.</summary>
    public StepEvidence Evidence { get; set; } = new();
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

    /// <summary>Start of the work that the running attempt's candidate handled; null: the candidate handled none.</summary>
    public DateTimeOffset? CandidateFrom { get; set; }

    /// <summary>Start of the work that a rolled-back version handled. The next run on stable redoes this work. Null: nothing to redo.</summary>
    public DateTimeOffset? RedoFrom { get; set; }
}
