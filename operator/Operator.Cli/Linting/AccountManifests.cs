using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Operator.Api;

namespace Operator.Cli.Linting;

/// <summary>
/// The accounts that the given connectors name, to find one that is named twice: through a store list, or by two connectors that may be
/// in one namespace. Two stores of <c>spec.stores</c> are found with the connector's own rules.
/// </summary>
internal sealed class AccountManifests
{
    private readonly ImmutableArray<Use> _uses;
    private readonly ILookup<Account, (Use Use, Store Store)> _byAccount;

    public AccountManifests(IEnumerable<ManifestDocument> documents, StoreListManifests lists)
    {
        var connectors = documents.Where(d => d.Kind == ApiGroup.ConnectorKind);
        _uses = [.. connectors.Select(d => UseOf(d, lists)).OfType<Use>()];
        _byAccount = _uses
            .SelectMany(use => use.Stores.Where(s => !s.Suspend).Select(store => (use, store)))
            .Where(s => Account.Of(s.store) is not null)
            .ToLookup(s => Account.Of(s.store)!.Value); // filtered above
    }

    private sealed record Use(ManifestDocument Connector, ConnectorSpec Spec, ImmutableArray<Store> Stores);

    public IEnumerable<Finding> Check(ManifestDocument connector)
    {
        if (_uses.FirstOrDefault(u => ReferenceEquals(u.Connector, connector)) is not { } use)
        {
            yield break;
        }
        foreach (var (first, second) in AccountTwins.In(use.Stores))
        {
            if (second >= use.Spec.Stores.Length)
            {
                yield return new Finding(
                    PathOf(use, second),
                    AccountTwins.Describe(use.Stores[first], use.Stores[second])
                );
            }
        }
        foreach (var finding in Elsewhere(use))
        {
            yield return finding;
        }
    }

    /// <summary>Each pair of connectors is told once, at the later of the two, with one store.</summary>
    private IEnumerable<Finding> Elsewhere(Use use)
    {
        var earlier = _uses.TakeWhile(u => !ReferenceEquals(u, use)).ToHashSet();
        var told = new HashSet<Use>();
        for (var i = 0; i < use.Stores.Length && earlier.Count > 0; i++)
        {
            if (use.Stores[i].Suspend || Account.Of(use.Stores[i]) is not { } account)
            {
                continue;
            }
            foreach (var (other, store) in _byAccount[account])
            {
                if (earlier.Contains(other) && CommonFlow(use, other) is { } flow && told.Add(other))
                {
                    yield return new Finding(
                        PathOf(use, i),
                        $"store '{use.Stores[i].Name}' has the account of store '{store.Name}' of connector '{other.Connector.Name}' ({account}), and both run flow '{flow}': their runs don't wait for each other; list the account in one of the two, or suspend it in the other"
                    );
                }
            }
        }
    }

    private static string? CommonFlow(Use one, Use other) =>
        StoreListManifests.IsTogether(one.Connector, other.Connector)
            ? one
                .Spec.Flows.Select(f => f.Name)
                .Intersect(other.Spec.Flows.Select(f => f.Name), StringComparer.Ordinal)
                .FirstOrDefault()
            : null;

    private static string PathOf(Use use, int store) =>
        store < use.Spec.Stores.Length
            ? string.Create(CultureInfo.InvariantCulture, $"spec.stores[{store}].credentials.secretRef")
            : "spec.storesFrom";

    /// <summary>Null: the spec can't be decoded or has an empty item, which is a finding of its own, or the connector is suspended.</summary>
    private static Use? UseOf(ManifestDocument connector, StoreListManifests lists)
    {
        try
        {
            var seen = ServerNulls.Drop(connector.Root, connector.Kind);
            var spec = seen.TryGetProperty("spec", out var json)
                ? json.Deserialize(ApiJson.Default.ConnectorSpec)
                : null;
            return spec is null or { Suspend: true } || spec.Stores.Contains(null!) || spec.Flows.Contains(null!) // YAML's lone "-"
                ? null
                : new Use(
                    connector,
                    spec,
                    [.. spec.Stores, .. lists.ListsOf(connector, spec).SelectMany(l => l.Stores)]
                );
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
