using System.Collections.Immutable;
using Operator.Planning.Calendar;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// Notices a list that loses more than half of its stores at once: more often an accident than a wish, and nothing else would tell,
/// because stores that are not listed are not missed. A store that moved to another list is not lost. The drop is told for a day, or
/// until half of its stores are back or somebody edits the list again.
/// </summary>
internal static class StoreDrops
{
    public static readonly TimeSpan Told = TimeSpan.FromDays(1);

    /// <summary>The drops after <paramref name="after"/> has taken the place of <paramref name="before"/>.</summary>
    public static ImmutableArray<StoreDrop> After(
        StoreBook before,
        StoreBook after,
        StoreRoster roster,
        DateTimeOffset now
    )
    {
        var edited = Sources(before).Where(s => !IsSame(before, after, s)).ToHashSet(StringComparer.Ordinal);
        var dropped = edited
            .Select(source => (Source: source, Stores: StoresOf(before, source)))
            .Select(s => new StoreDrop
            {
                Source = s.Source,
                At = now,
                Before = s.Stores.Length,
                Stores = [.. s.Stores.Where(store => roster.Find(store) is null)],
            })
            .Where(d => 2 * d.Stores.Length > d.Before);
        var stay = before.Drops.Where(d => !edited.Contains(d.Source) && !IsOver(d, roster, now));
        return [.. stay, .. dropped];
    }

    public static string Describe(StoreDrop drop)
    {
        var list = drop.Source == StoreDrop.Inline ? drop.Source : $"ConfigMap {drop.Source}";
        var lost =
            drop.Stores.Length == drop.Before
                ? $"all of its {drop.Before} stores"
                : $"{drop.Stores.Length} of its {drop.Before} stores";
        return $"{list} lost {lost} at {UtcText.Of(drop.At)}: no run of them is started any more; put them back, or edit the list once more if this was meant (a day ends this message, too)";
    }

    private static bool IsOver(StoreDrop drop, StoreRoster roster, DateTimeOffset now) =>
        drop.At + Told <= now || 2 * drop.Stores.Count(s => roster.Find(s) is not null) >= drop.Stores.Length;

    private static IEnumerable<string> Sources(StoreBook book) =>
        book.Lists.Select(l => l.Source).Append(StoreDrop.Inline).Concat(book.Drops.Select(d => d.Source));

    private static ImmutableArray<string> StoresOf(StoreBook book, string source) =>
        source == StoreDrop.Inline ? book.Inline : [.. book.Find(source)?.Stores.Select(s => s.Name) ?? []];

    private static bool IsSame(StoreBook before, StoreBook after, string source) =>
        source == StoreDrop.Inline
            ? before.Inline.AsSpan().SequenceEqual(after.Inline.AsSpan())
            : before.Find(source)?.Hash == after.Find(source)?.Hash;
}
