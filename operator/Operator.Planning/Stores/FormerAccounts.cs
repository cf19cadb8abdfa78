using System.Collections.Immutable;
using System.Globalization;
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
        var stores = changed.Concat(kept.Former).Select(f => f.Store).ToHashSet(StringComparer.Ordinal);
        var runs = RunsOf(record, stores).ToList();
        var known = runs.Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        var live = runs.Where(r => r.IsLive).ToLookup(r => r.Store, r => r.Key, StringComparer.Ordinal);
        return
        [
            .. kept
                .Former.Select(f => f.Runs.IsEmpty ? f with { Runs = [.. live[f.Store]] } : f)
                .Where(f => f.Runs.Any(known.Contains))
                // After two edits during one run nobody knows which account its pod was made with: both count.
                .Concat(changed.Select(c => c with { Runs = [.. live[c.Store]] }).Where(c => !c.Runs.IsEmpty))
                .GroupBy(f => (f.Store, f.Account))
                .Select(Joined)
                .OrderBy(f => f.Store, StringComparer.Ordinal)
                .ThenBy(f => f.Account),
        ];
    }

    /// <summary>The same object where nothing is new, so that nothing is committed.</summary>
    private static FormerAccount Joined(IEnumerable<FormerAccount> alike)
    {
        var (first, others) = (alike.First(), alike.Skip(1).SelectMany(f => f.Runs));
        var more = others.Except(first.Runs, StringComparer.Ordinal).ToList();
        return more.Count == 0 ? first : first with { Runs = first.Runs.AddRange(more) };
    }

    /// <summary>The former accounts of these runs of a flow. A run that the record does not know may have any.</summary>
    public static ImmutableArray<FormerAccount> Of(
        ImmutableArray<FormerAccount> former,
        string flow,
        IEnumerable<(Occasion Occasion, Entry Entry)> runs
    )
    {
        if (former.IsEmpty)
        {
            return former;
        }
        var keys = runs.Select(r => KeyOf(flow, r.Occasion, r.Entry)).ToHashSet(StringComparer.Ordinal);
        return former.RemoveAll(f => !f.Runs.IsEmpty && !f.Runs.Any(keys.Contains));
    }

    /// <summary>As <see cref="Of(ImmutableArray{FormerAccount}, string, IEnumerable{ValueTuple{Occasion, Entry}})"/>, of the runs that are live.</summary>
    public static ImmutableArray<FormerAccount> OfLive(ConnectorRecord record, string flow) =>
        Of(
            record.Stores.Former,
            flow,
            record
                .Plan(flow)
                .Occasions.SelectMany(o => o.Entries.Where(e => e.Result is null).Select(e => (Occasion: o, Entry: e)))
        );

    private static IEnumerable<(string Store, string Key, bool IsLive)> RunsOf(
        ConnectorRecord record,
        HashSet<string> stores
    ) =>
        from plan in record.Plans
        from occasion in plan.Value.Occasions
        from entry in occasion.Entries
        from store in entry.Stores.Where(stores.Contains)
        select (store, KeyOf(plan.Key, occasion, entry), entry.Result is null);

    private static string KeyOf(string flow, Occasion occasion, Entry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{flow}/{occasion.Id}/{entry.Index}");

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
