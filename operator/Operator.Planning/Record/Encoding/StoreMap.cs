using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>How a list item names its store.</summary>
internal sealed record StoreOf<T>(Func<T, string> Get, Func<T, string, T> With);

/// <summary>
/// Replaces the stores that a book names: by numbers, or numbers by names. A book in stored form has the same types; a list of
/// stores is one text of numbers there.
/// </summary>
internal abstract class StoreMap
{
    public abstract ImmutableArray<string> List(ImmutableArray<string> stores);

    /// <summary>Values by store. In stored form, stores with equal values share one key.</summary>
    public abstract ImmutableSortedDictionary<string, T> Keys<T>(ImmutableSortedDictionary<string, T> byStore)
        where T : notnull;

    /// <summary>Items with one store each, sorted by store. In stored form, items that differ only in the store are one item.</summary>
    public abstract ImmutableArray<T> Items<T>(ImmutableArray<T> items, StoreOf<T> store)
        where T : notnull;

    /// <summary>Runs of one occasion. In stored form, consecutive runs that differ only in their stores are one entry.</summary>
    public abstract ImmutableArray<Entry> Entries(ImmutableArray<Entry> entries);
}
