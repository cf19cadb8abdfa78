using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>Replaces the names of stores by their numbers. From values by store, it takes only the numbers of a range.</summary>
internal sealed class StoresByNumber(Numbering numbers, int from = 0, int until = int.MaxValue) : StoreMap
{
    /// <summary>The key of a value that belongs to no store, but to the whole application.</summary>
    public const string NoStore = "";

    /// <summary>The same replacement for the numbers from <paramref name="first"/> up to, but not including, <paramref name="last"/>.</summary>
    public StoresByNumber Within(int first, int last) => new(numbers, first, last);

    public override ImmutableArray<string> List(ImmutableArray<string> stores) => stores.IsEmpty ? [] : [Text(stores)];

    public override ImmutableSortedDictionary<string, T> Keys<T>(ImmutableSortedDictionary<string, T> byStore)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        if (from == 0 && byStore.TryGetValue(NoStore, out var ofNoStore))
        {
            texts[NoStore] = ofNoStore;
        }
        foreach (var (value, text) in Grouped(byStore.Where(s => s.Key != NoStore)))
        {
            texts[text] = value;
        }
        return texts.ToImmutable();
    }

    public override ImmutableArray<T> Items<T>(ImmutableArray<T> items, StoreOf<T> store) =>
        [
            .. Grouped(items.Select(i => KeyValuePair.Create(store.Get(i), store.With(i, NoStore))))
                .Select(group => store.With(group.Value, group.Text)),
        ];

    public override ImmutableArray<Entry> Entries(ImmutableArray<Entry> entries) => EntryGroups.Of(entries, Text);

    /// <summary>Equal values with the numbers of their stores, in the order of the first number.</summary>
    private IEnumerable<(T Value, string Text)> Grouped<T>(IEnumerable<KeyValuePair<string, T>> byStore)
        where T : notnull
    {
        var groups = new Dictionary<T, List<int>>();
        foreach (var (value, number) in byStore.Select(s => (s.Value, Number: numbers.Of(s.Key))))
        {
            if (number >= from && number < until)
            {
                ListOf(groups, value).Add(number);
            }
        }
        foreach (var list in groups.Values)
        {
            list.Sort();
        }
        return groups.OrderBy(g => g.Value[0]).Select(g => (g.Key, NumberText.Of(g.Value)));
    }

    private static List<int> ListOf<T>(Dictionary<T, List<int>> groups, T value)
        where T : notnull
    {
        if (!groups.TryGetValue(value, out var list))
        {
            groups[value] = list = [];
        }
        return list;
    }

    private string Text(ImmutableArray<string> stores)
    {
        var list = new int[stores.Length];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = numbers.Of(stores[i]);
        }
        return NumberText.Of(list);
    }
}
