using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>Finds accounts that two connectors of a namespace name, from the cached connectors and store lists.</summary>
internal sealed class AccountSharing(Informer<CachedConnector> connectors, Informer<CachedStoreLists> lists)
{
    private readonly AccountUsers _users = new();

    /// <summary>The accounts of the stores that somebody runs; of several stores with one account the first.</summary>
    public static ImmutableArray<ulong> AccountsOf(IEnumerable<Store> stores) =>
        [.. stores.Where(s => !s.Suspend).Select(Account.Of).OfType<Account>().Select(a => a.Hash()).Distinct()];

    /// <summary>Returns the connectors whose condition may change, because they have an account of this one, or had.</summary>
    public IReadOnlySet<ObjectKey> Note(ObjectKey connector) => _users.Note(connector, () => UseOf(connector));

    public ImmutableArray<AccountElsewhere> Of(MarketplaceConnector connector) =>
        _users.Of(Kinds.KeyOf(connector.Metadata), () => StoresByAccount(connector));

    private AccountUse? UseOf(ObjectKey connector)
    {
        if (connectors.Find(connector) is not { IsSuspended: false } cached)
        {
            return null;
        }
        var use = new AccountUse(
            cached.Accounts,
            [.. Contents(connector.Namespace, cached.StoreLists).Select(l => l.Accounts).Where(a => !a.IsEmpty)]
        )
        {
            Flows = cached.Flows,
        };
        return use is { Inline.IsEmpty: true, Lists.IsEmpty: true } ? null : use;
    }

    private Dictionary<ulong, string> StoresByAccount(MarketplaceConnector connector)
    {
        var stores = connector.Spec.Stores.Concat(
            Contents(connector.Metadata.Namespace, SharedSecrets.ListsOf(connector)).SelectMany(l => l.List.Stores)
        );
        var names = new Dictionary<ulong, string>();
        foreach (var store in stores.Where(s => !s.Suspend))
        {
            if (Account.Of(store) is { } account)
            {
                names.TryAdd(account.Hash(), store.Name);
            }
        }
        return names;
    }

    private IEnumerable<CachedStoreLists.Content> Contents(string ns, IEnumerable<KeySelector> selectors) =>
        selectors
            .Select(s => lists.Find(new ObjectKey(ns, s.Name))?.Keys.GetValueOrDefault(s.Key))
            .OfType<CachedStoreLists.Content>();
}
