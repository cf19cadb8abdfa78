using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>The compact sum of one flow's reports.</summary>
public sealed record FlowLedger
{
    public ImmutableSortedDictionary<string, StoreLedger> Stores { get; set; } =
        ImmutableSortedDictionary.Create<string, StoreLedger>(StringComparer.Ordinal);

    /// <summary>What the candidate has shown in the running attempt's stage.</summary>
    public StepEvidence Evidence { get; set; } = new();
}

public sealed record StoreLedger
{
    /// <summary>The newest slot in which the store was reported without a failed item, or its run ended well without a report.</summary>
    public DateTimeOffset? LastOkSlot { get; set; }

    /// <summary>The newest slot in which it was taken up and did not end well, when that is newer.</summary>
    public DateTimeOffset? LastRunSlot { get; set; }
    public string? LastOkRevision { get; set; }

    /// <summary>Error class that failed the whole store in its newest report (no item ok), such as <c>a</c>; null when it did not.</summary>
    public string? FailingClass { get; set; }

    /// <summary>The first slot that the running attempt's candidate handled; null: none.</summary>
    public DateTimeOffset? CandidateFrom { get; set; }

    /// <summary>A version that was rolled back handled it since then: the next run on stable is to do that again. Null: nothing.</summary>
    public DateTimeOffset? RedoFrom { get; set; }
}
