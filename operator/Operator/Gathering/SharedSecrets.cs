using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>Secrets that Production and others share, by what the caches hold of connectors and of lists of stores.</summary>
internal sealed class SharedSecrets(Informer<CachedConnector> connectors, Informer<CachedStoreLists> lists)
{
    private readonly SecretUsers _users = new();

    /// <summary>
    /// Looks anew at what a connector uses. Returns those that share a Secret with what it used or uses: one may have lost its
    /// trouble, the other found it.
    /// </summary>
    public IReadOnlySet<ObjectKey> Note(ObjectKey connector) => _users.Note(connector, () => UseOf(connector));

    /// <summary>The connector's Secrets that a connector on the other side of Production uses too.</summary>
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
