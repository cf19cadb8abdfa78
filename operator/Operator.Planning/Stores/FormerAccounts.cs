using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// Notes the account of a store that leaves the spec, or gets another account, while a run of it is live: the store that has the account
/// now, perhaps the same one under another name, waits for that run.
/// </summary>
internal static class FormerAccounts
{
    /// <summary>The account of each inline store; empty: no store names one.</summary>
    public static ImmutableArray<ulong> Of(IEnumerable<Store> stores)
    {
        var hashes = stores.Select(HashOf).ToImmutableArray();
        return hashes.All(h => h == 0) ? [] : hashes;
    }

    public static ImmutableArray<FormerAccount> After(
        StoreBook kept,
        StoreBook book,
        StoreRoster roster,
        ConnectorRecord record
    )
    {
        var changed = Changed(kept, book, roster);
        if (changed.Count == 0 && kept.Former.IsEmpty)
        {
            return [];
        }
        var entries = record.Plans.Values.SelectMany(p => p.Entries).ToList();
        var known = entries.SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);
        var live = entries.Where(e => e.Result is null).SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. kept
                .Former.Where(f => known.Contains(f.Store))
                .Concat(changed.Where(c => live.Contains(c.Store)))
                // Of two edits during one run, the first tells its account.
                .DistinctBy(f => f.Store, StringComparer.Ordinal)
                .OrderBy(f => f.Store, StringComparer.Ordinal),
        ];
    }

    private static ulong HashOf(Store? store) => store is null ? 0 : Account.Of(store)?.Hash() ?? 0;

    private static List<FormerAccount> Changed(StoreBook kept, StoreBook book, StoreRoster roster)
    {
        var changed = new List<FormerAccount>();
        var isSameInline =
            kept.Inline.AsSpan().SequenceEqual(book.Inline.AsSpan())
            && kept.Accounts.AsSpan().SequenceEqual(book.Accounts.AsSpan());
        for (var i = 0; !isSameInline && i < kept.Accounts.Length && i < kept.Inline.Length; i++)
        {
            Compare(kept.Inline[i], kept.Accounts[i]);
        }
        foreach (var list in kept.Lists.Where(l => book.Find(l.Source)?.Hash != l.Hash))
        {
            foreach (var store in list.Stores)
            {
                Compare(store.Name, HashOf(store));
            }
        }
        return changed;

        void Compare(string store, ulong account)
        {
            if (account != 0 && account != HashOf(roster.Find(store)))
            {
                changed.Add(new FormerAccount { Store = store, Account = account });
            }
        }
    }
}
