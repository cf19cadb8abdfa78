using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// Consecutive runs that differ only in their index and stores are one entry in stored form: its index is that of the first run,
/// its stores are one text of numbers per run, what each did is one text, and the stores not reached, failed or with more to do are places in the run.
/// </summary>
internal static class EntryGroups
{
    /// <summary>Longest texts of one group, so that a group never exceeds a part.</summary>
    private const int MostCharacters = 16 * 1024;

    /// <summary>Between the counts of two runs.</summary>
    private const char BetweenCounts = '/';

    /// <summary>Begins a text of numbers instead of places, for stores that are not in the run.</summary>
    private const char Absolute = '=';

    public static ImmutableArray<Entry> Of(ImmutableArray<Entry> entries, Func<ImmutableArray<string>, string> text)
    {
        var groups = ImmutableArray.CreateBuilder<Entry>();
        Entry? shape = null;
        var (first, characters, texts) = (0, 0, ImmutableArray.CreateBuilder<string>());
        var counts = new List<string>();
        foreach (var entry in entries)
        {
            var own = Shape(entry, shape, text);
            var stores = text(entry.Stores);
            if (shape != own || entry.Index != first + texts.Count || characters > MostCharacters)
            {
                Close();
                (shape, first, characters) = (own, entry.Index, 0);
            }
            texts.Add(stores);
            counts.Add(entry.Counts);
            characters += stores.Length + entry.Counts.Length;
        }
        Close();
        return groups.ToImmutable();

        void Close()
        {
            if (shape is not null && texts.Count > 0)
            {
                groups.Add(
                    shape with
                    {
                        Index = first,
                        Stores = texts.ToImmutable(),
                        Counts = counts.TrueForAll(c => c.Length == 0) ? "" : string.Join(BetweenCounts, counts),
                    }
                );
            }
            texts.Clear();
            counts.Clear();
        }
    }

    /// <summary>The runs of one group.</summary>
    public static IEnumerable<Entry> Of(Entry group, Func<string, ImmutableArray<string>> names)
    {
        var counts = group.Counts.Split(BetweenCounts);
        for (var i = 0; i < group.Stores.Length; i++)
        {
            var stores = names(group.Stores[i]);
            ImmutableArray<string> Those(ImmutableArray<string> places) =>
                places switch
                {
                    [] => [],
                    [[Absolute, .. var numbers]] => names(numbers),
                    [var text] => [.. NumberText.Read(text, stores.Length).Select(place => stores[place])],
                    _ => throw new JsonException("a list of places has several texts"),
                };
            yield return group with
            {
                Index = group.Index + i,
                Stores = stores,
                NotReached = Those(group.NotReached),
                FailedStores = Those(group.FailedStores),
                MoreStores = Those(group.MoreStores),
                Counts = i < counts.Length ? counts[i] : "",
            };
        }
    }

    /// <summary>
    /// The entry without what differs between the runs of a group. Takes equal collections from <paramref name="like"/>, because
    /// records compare collections by reference.
    /// </summary>
    private static Entry Shape(Entry entry, Entry? like, Func<ImmutableArray<string>, string> text)
    {
        ImmutableArray<string> Places(ImmutableArray<string> stores, ImmutableArray<string> same)
        {
            var places = stores.IsEmpty ? "" : TextOf(entry.Stores, stores, text);
            return places.Length == 0 ? []
                : same is [var one] && one == places ? same
                : [places];
        }
        return entry with
        {
            Index = 0,
            Stores = [],
            Counts = "",
            NotReached = Places(entry.NotReached, like?.NotReached ?? []),
            FailedStores = Places(entry.FailedStores, like?.FailedStores ?? []),
            MoreStores = Places(entry.MoreStores, like?.MoreStores ?? []),
            Promised =
                entry.Promised is { } own && like?.Promised is { } other && own.SequenceEqual(other)
                    ? other
                    : entry.Promised,
        };
    }

    private static string TextOf(
        ImmutableArray<string> stores,
        ImmutableArray<string> some,
        Func<ImmutableArray<string>, string> text
    )
    {
        var (places, place) = (new List<int>(some.Length), 0);
        foreach (var store in some)
        {
            while (place < stores.Length && stores[place] != store)
            {
                place++;
            }
            if (place == stores.Length)
            {
                return Absolute + text(some);
            }
            places.Add(place++);
        }
        return NumberText.Of(places);
    }
}
