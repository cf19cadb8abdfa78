using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>Items of one store. Throttled ones are among the failed, and count on neither side.</summary>
public sealed record StoreReport(long Ok, long Failed, ImmutableSortedDictionary<char, long> Classes)
{
    /// <summary>A backfill that is not through: the store wants to run again at once.</summary>
    public bool HasMore { get; init; }

    public long Throttled => Classes.GetValueOrDefault('t');

    /// <summary>Failed items that are evidence.</summary>
    public long Counted => Failed - Throttled;

    /// <summary>The class that failed the whole store, or null when an item went well or nothing failed.</summary>
    public char? FailingClass =>
        Ok > 0 || Failed == 0 ? null
        : Classes.IsEmpty ? 'n'
        : Classes.MaxBy(c => c.Value).Key;
}
