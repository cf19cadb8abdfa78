using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// Stores that have one account: a run of one of them is a run of all, because the marketplace sees one seller, one token and one quota.
/// </summary>
internal sealed class SharedAccounts
{
    private readonly ImmutableArray<Store> _stores;

    /// <summary>By store: all stores with its account. Stores that have an account for themselves are left out.</summary>
    private readonly Dictionary<string, ImmutableArray<string>> _sharers = new(StringComparer.Ordinal);

    /// <summary>One pass over the stores: there may be ten thousand.</summary>
    public SharedAccounts(ImmutableArray<Store> stores)
    {
        _stores = stores;
        var first = new Dictionary<Account, string>();
        var groups = new Dictionary<Account, List<string>>();
        foreach (var store in stores)
        {
            if (Account.Of(store) is { } account && !first.TryAdd(account, store.Name))
            {
                var group = groups.GetValueOrDefault(account) ?? [first[account]];
                group.Add(store.Name);
                groups[account] = group;
            }
        }
        foreach (var group in groups.Values.Select(g => g.ToImmutableArray()))
        {
            foreach (var store in group)
            {
                _sharers.TryAdd(store, group);
            }
        }
    }

    /// <summary>Several stores have one account.</summary>
    public bool Exist => _sharers.Count > 0;

    /// <summary>The given stores, and all that have the account of one of them, or the one that its run was planned with.</summary>
    public HashSet<string> WithSharers(HashSet<string> busy, ImmutableArray<FormerAccount> former)
    {
        var left = former.Where(f => busy.Contains(f.Store)).Select(f => f.Account).ToHashSet();
        if (busy.Count == 0 || (_sharers.Count == 0 && left.Count == 0))
        {
            return busy;
        }
        var all = new HashSet<string>(busy, StringComparer.Ordinal);
        foreach (var store in busy)
        {
            all.UnionWith(_sharers.GetValueOrDefault(store, []));
        }
        if (left.Count > 0)
        {
            all.UnionWith(
                _stores.Where(s => Account.Of(s) is { } own && left.Contains(own.Hash())).Select(s => s.Name)
            );
        }
        return all;
    }

    /// <summary>One store of each account: the first in turn. The others wait until its run is over.</summary>
    public IEnumerable<string> OneOfEach<T>(IEnumerable<string> stores, Func<string, T> turnOf)
        where T : IComparable<T>
    {
        if (_sharers.Count == 0)
        {
            return stores;
        }
        var all = stores.ToList();
        var waiting = all.Where(_sharers.ContainsKey)
            .GroupBy(s => _sharers[s])
            .SelectMany(g => g.OrderBy(turnOf).ThenBy(s => s, StringComparer.Ordinal).Skip(1))
            .ToHashSet(StringComparer.Ordinal);
        return all.Where(s => !waiting.Contains(s));
    }
}
