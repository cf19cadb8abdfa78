using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>Item counts of one store. Throttled items are part of <paramref name="Failed"/>, but are no evidence.</summary>
public sealed record StoreReport(long Ok, long Failed, ImmutableSortedDictionary<char, long> Classes)
{
    /// <summary>The store has more work, such as an unfinished backfill, and should run again at once.</summary>
    public bool HasMore { get; init; }

    /// <summary>The store said again and again that it has more work, and did none: this is its failure.</summary>
    public bool IsStalled { get; init; }

    /// <summary>The worker's word why a guard of its own tripped: the store failed wholly. Null: none did.</summary>
    public string? Stop { get; init; }

    /// <summary>Nothing failed, and nothing is left to do.</summary>
    public bool IsClean => Failed == 0 && !HasMore && Stop is null;

    public long Throttled => Classes.GetValueOrDefault('t');

    /// <summary>Failed items that count as evidence.</summary>
    public long Counted => Failed - Throttled;

    /// <summary>
    /// The class with the most errors, when items failed and none was ok; null when the store did not fail. One that the worker stopped has
    /// failed, and by a policy of the worker's own where an item was ok: that it could authenticate is proven.
    /// </summary>
    public char? FailingClass =>
        Ok > 0 || Failed == 0 ? (Stop is null ? null : 'p')
        : !Classes.IsEmpty ? Classes.MaxBy(c => c.Value).Key
        : Stop is null ? 'n'
        : 'p';

    /// <summary>
    /// The report as a failure of the store that got nowhere. Items that failed keep their classes; where there was none, the worker's fault
    /// counts as one.
    /// </summary>
    public StoreReport Stalled() =>
        (Failed > 0 ? this : this with { Failed = 1, Classes = Classes.SetItem('n', 1) }) with
        {
            HasMore = false,
            IsStalled = true,
        };
}
