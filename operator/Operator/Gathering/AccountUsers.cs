using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The accounts that a connector's stores name, as hashes: one array for the spec and one for each list, and its flows. An array of a
/// list is the same object until the list changes.
/// </summary>
internal sealed record AccountUse(ImmutableArray<ulong> Inline, ImmutableArray<ImmutableArray<ulong>> Lists)
{
    public ImmutableArray<string> Flows { get; init; } = [];

    public IEnumerable<ulong> Accounts => Lists.SelectMany(l => l).Concat(Inline).Distinct();

    public bool IsSame(AccountUse other) =>
        Inline.AsSpan().SequenceEqual(other.Inline.AsSpan())
        && Lists.AsSpan().SequenceEqual(other.Lists.AsSpan())
        && Flows.AsSpan().SequenceEqual(other.Flows.AsSpan());
}

/// <summary>
/// Which connectors of a namespace name which accounts, to find accounts that two of them name. Each change costs the accounts of one
/// connector, not those of all. Safe for concurrent use.
/// </summary>
internal sealed class AccountUsers
{
    private readonly Dictionary<ObjectKey, AccountUse> _uses = [];

    /// <summary>The one connector that names the account, or the first of several.</summary>
    private readonly Dictionary<Named, string> _first = [];

    /// <summary>All connectors of an account that several name.</summary>
    private readonly Dictionary<Named, ImmutableArray<string>> _several = [];
    private readonly Dictionary<ObjectKey, ImmutableArray<AccountElsewhere>> _answers = [];
    private readonly Lock _gate = new();

    private readonly record struct Named(string Namespace, ulong Account);

    /// <summary>
    /// Notes what the connector names now, and returns the other connectors that name one of its old or new accounts.
    /// <paramref name="look"/> is called inside the lock, so that the last note has the newest state; null: it names none.
    /// </summary>
    public IReadOnlySet<ObjectKey> Note(ObjectKey key, Func<AccountUse?> look)
    {
        lock (_gate)
        {
            var (now, before) = (look(), _uses.GetValueOrDefault(key));
            var touched = new HashSet<ObjectKey>();
            if (before is null ? now is null : now is not null && before.IsSame(now))
            {
                // A store may have another name now.
                if (_answers.TryGetValue(key, out var answer) && !answer.IsEmpty)
                {
                    _answers.Remove(key);
                }
                return touched;
            }
            foreach (var account in before?.Accounts ?? [])
            {
                touched.UnionWith(RemoveLocked(key, account));
            }
            _uses.Remove(key);
            foreach (var account in now?.Accounts ?? [])
            {
                touched.UnionWith(AddLocked(key, account));
            }
            if (now is not null)
            {
                _uses[key] = now;
            }
            touched.Remove(key);
            foreach (var changed in touched.Append(key))
            {
                _answers.Remove(changed);
            }
            return touched;
        }
    }

    /// <summary>
    /// The accounts that other connectors name, too, in a flow of the same name: one for each pair of account and connector.
    /// <paramref name="storesByAccount"/> is called only when the answer has changed.
    /// </summary>
    public ImmutableArray<AccountElsewhere> Of(ObjectKey key, Func<IReadOnlyDictionary<ulong, string>> storesByAccount)
    {
        lock (_gate)
        {
            if (_several.Count == 0 || !_uses.TryGetValue(key, out var use))
            {
                return [];
            }
            if (!_answers.TryGetValue(key, out var answer))
            {
                _answers[key] = answer = AnswerLocked(key, use, storesByAccount);
            }
            return answer;
        }
    }

    private ImmutableArray<AccountElsewhere> AnswerLocked(
        ObjectKey key,
        AccountUse use,
        Func<IReadOnlyDictionary<ulong, string>> storesByAccount
    )
    {
        var shared =
            from account in use.Accounts
            where _several.ContainsKey(new Named(key.Namespace, account))
            from other in _several[new Named(key.Namespace, account)]
            where other != key.Name
            let flow = _uses[key with { Name = other }]
                .Flows.Intersect(use.Flows, StringComparer.Ordinal)
                .FirstOrDefault()
            where flow is not null
            select (Account: account, Connector: other, Flow: flow);
        var found = shared.ToList();
        if (found.Count == 0)
        {
            return [];
        }
        var stores = storesByAccount();
        return
        [
            .. found
                .Select(f => new AccountElsewhere(stores.GetValueOrDefault(f.Account, ""), f.Connector, f.Flow))
                .Where(f => f.Store.Length > 0)
                .OrderBy(f => f.Store, StringComparer.Ordinal)
                .ThenBy(f => f.Connector, StringComparer.Ordinal),
        ];
    }

    /// <summary>Returns the other connectors of the account.</summary>
    private IEnumerable<ObjectKey> AddLocked(ObjectKey key, ulong account)
    {
        var named = new Named(key.Namespace, account);
        if (_first.TryAdd(named, key.Name))
        {
            return [];
        }
        var others = _several.GetValueOrDefault(named, [_first[named]]);
        _several[named] = others.Add(key.Name);
        return others.Select(o => key with { Name = o });
    }

    /// <summary>As <see cref="AddLocked"/>.</summary>
    private IEnumerable<ObjectKey> RemoveLocked(ObjectKey key, ulong account)
    {
        var named = new Named(key.Namespace, account);
        if (!_several.TryGetValue(named, out var users))
        {
            _first.Remove(named);
            return [];
        }
        var others = users.Remove(key.Name, StringComparer.Ordinal);
        _first[named] = others[0];
        if (others.Length > 1)
        {
            _several[named] = others;
        }
        else
        {
            _several.Remove(named);
        }
        return others.Select(o => key with { Name = o });
    }
}
