using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>Finds Secrets that Production shares with another environment, from the cached connectors and store lists.</summary>
internal sealed class SharedSecrets(Informer<CachedConnector> connectors, Informer<CachedStoreLists> lists)
{
    private readonly SecretUsers _users = new();

    /// <summary>
    /// Notes the Secrets that a connector uses now. Returns the connectors that share one of its old or new Secrets, because their
    /// conditions may change.
    /// </summary>
    public IReadOnlySet<ObjectKey> Note(ObjectKey connector) => _users.Note(connector, () => UseOf(connector));

    /// <summary>The connector's Secrets that are shared between Production and another environment.</summary>
    public ImmutableArray<SharedSecret> Of(MarketplaceConnector connector) =>
        _users.SharedBy(
            Kinds.KeyOf(connector.Metadata),
            connector.Spec.Environment,
            () =>
                [
                    .. SecretSharing.Secrets(connector.Spec),
                    .. Contents(connector.Metadata.Namespace, ListsOf(connector)).SelectMany(l => l.Secrets),
                ]
        );

    /// <summary>The keys of ConfigMaps that <c>spec.storesFrom</c> names.</summary>
    public static IEnumerable<KeySelector> ListsOf(MarketplaceConnector connector) =>
        connector.Spec.StoresFrom.Select(s => s.ConfigMapKeyRef).OfType<KeySelector>();

    private SecretUse? UseOf(ObjectKey connector) =>
        connectors.Find(connector) is { } cached
            ? new SecretUse(
                cached.Environment,
                [
                    .. cached.SecretHashes,
                    .. Contents(connector.Namespace, cached.StoreLists)
                        .SelectMany(l => l.Secrets)
                        .Select(SecretUsers.HashOf),
                ]
            )
            : null;

    private IEnumerable<CachedStoreLists.Content> Contents(string ns, IEnumerable<KeySelector> selectors) =>
        selectors
            .Select(s => lists.Find(new ObjectKey(ns, s.Name))?.Keys.GetValueOrDefault(s.Key))
            .OfType<CachedStoreLists.Content>();
}
