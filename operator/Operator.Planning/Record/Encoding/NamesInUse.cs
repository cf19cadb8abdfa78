using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>Collects the stores that a record names by number; replaces nothing.</summary>
internal sealed class NamesInUse : StoreMap
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public static HashSet<string> Of(ConnectorRecord record)
    {
        var names = new NamesInUse();
        StoresNamed.Visit(record, names);
        return names._names;
    }

    public override ImmutableArray<string> List(ImmutableArray<string> stores)
    {
        _names.UnionWith(stores);
        return stores;
    }

    public override ImmutableSortedDictionary<string, T> Keys<T>(ImmutableSortedDictionary<string, T> byStore)
    {
        _names.UnionWith(byStore.Keys);
        return byStore;
    }

    public override ImmutableArray<T> Items<T>(ImmutableArray<T> items, StoreOf<T> store)
    {
        _names.UnionWith(items.Select(store.Get));
        return items;
    }

    public override ImmutableArray<Entry> Entries(ImmutableArray<Entry> entries)
    {
        foreach (var entry in entries)
        {
            _names.UnionWith(entry.Stores);
            _names.UnionWith(entry.NotReached);
            _names.UnionWith(entry.FailedStores);
            _names.UnionWith(entry.MoreStores);
        }
        return entries;
    }
}
