using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Rollouts;

namespace Operator.Cli.Linting;

/// <summary>
/// Checks rollouts beside the connectors that they name. A connector that is not among the manifests may be in the cluster, so nothing is
/// said of it; and how many stores there are is known only when all store lists are given.
/// </summary>
internal sealed class RolloutManifests(ImmutableArray<ManifestDocument> documents, StoreListManifests lists)
{
    /// <summary>The rollout must be valid by itself. <paramref name="isRight"/>: so is the connector; its faults are told with it.</summary>
    public ImmutableArray<Finding> Check(
        ManifestDocument rollout,
        RolloutSpec spec,
        Func<MarketplaceConnector, bool> isRight
    )
    {
        var connector = documents.FirstOrDefault(d =>
            d.Kind == ApiGroup.ConnectorKind
            && d.Name == spec.ConnectorRef.Name
            && StoreListManifests.IsTogether(d, rollout)
        );
        if (
            connector is null
            || SpecOf(connector) is not { } named
            || !isRight(new MarketplaceConnector { Spec = named })
        )
        {
            return [];
        }
        return StoresOf(connector, named) is { } stores
            ? [.. RolloutChecks.Check(spec, named, stores.Count(s => !s.Suspend)), .. CohortChecks.Check(spec, stores)]
            : RolloutChecks.Check(spec, named, stores: null);
    }

    /// <summary>Null: not all lists are given.</summary>
    private List<Store>? StoresOf(ManifestDocument connector, ConnectorSpec spec)
    {
        var given = lists.ListsOf(connector, spec);
        return given.Length == spec.StoresFrom.Length ? [.. spec.Stores.Concat(given.SelectMany(l => l.Stores))] : null;
    }

    /// <summary>Null: it can't be decoded, which is a finding of its own.</summary>
    private static ConnectorSpec? SpecOf(ManifestDocument connector)
    {
        try
        {
            var seen = ServerNulls.Drop(connector.Root, connector.Kind);
            return seen.TryGetProperty("spec", out var json) ? json.Deserialize(ApiJson.Default.ConnectorSpec) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
