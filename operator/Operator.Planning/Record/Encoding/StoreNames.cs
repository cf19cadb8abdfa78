using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>Replaces numbers by the names of stores. Throws <see cref="JsonException"/> for an unknown number.</summary>
internal sealed class StoreNames(StoreNumbers numbers) : StoreMap
{
    public override ImmutableArray<string> List(ImmutableArray<string> stores) =>
        stores switch
        {
            [] => [],
            [var text] => Names(text),
            _ => throw new JsonException("a list of stores has several texts"),
        };

    public override ImmutableSortedDictionary<string, T> Keys<T>(ImmutableSortedDictionary<string, T> byStore)
    {
        var byName = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (var (text, value) in byStore)
        {
            foreach (var store in text == StoresByNumber.NoStore ? [text] : Names(text))
            {
                byName[store] = value;
            }
        }
        return byName.ToImmutable();
    }

    public override ImmutableArray<T> Items<T>(ImmutableArray<T> items, StoreOf<T> store) =>
        [
            .. items
                .SelectMany(item => Names(store.Get(item)).Select(name => store.With(item, name)))
                .OrderBy(store.Get, StringComparer.Ordinal),
        ];

    public override ImmutableArray<Entry> Entries(ImmutableArray<Entry> entries) =>
        [.. entries.SelectMany(group => EntryGroups.Of(group, Names))];

    private ImmutableArray<string> Names(string text) =>
        [.. NumberText.Read(text, numbers.Names.Length).Select(number => numbers.Names[number])];
}
