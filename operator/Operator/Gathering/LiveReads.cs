using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Rollouts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>The result of a read of a connector.</summary>
internal abstract record ConnectorRead
{
    private ConnectorRead() { }

    public sealed record Missing : ConnectorRead;

    public sealed record Unreadable(UnreadableObject Object) : ConnectorRead;

    public sealed record Found(MarketplaceConnector Connector) : ConnectorRead;

    /// <summary>The connector when runs may be planned for it; null: it is gone, being deleted, or can't be read.</summary>
    public MarketplaceConnector? Plannable =>
        this is Found { Connector: { Metadata.DeletionTimestamp: null } connector } ? connector : null;
}

/// <summary>The rollouts that name a connector, oldest first, and those that can't be decoded.</summary>
internal sealed record NamedRollouts(ImmutableArray<SyncRollout> Readable, ImmutableArray<UnreadableObject> Unreadable);

/// <summary>Reads our custom resources from the API server, not from the caches.</summary>
internal sealed class LiveReads(IKubeApi api)
{
    private const int ItemsAPage = 500;

    public async Task<ConnectorRead> ConnectorAsync(ObjectKey key, CancellationToken ct)
    {
        if (await api.GetAsync(Kinds.Connectors, key, ct) is not { } item)
        {
            return new ConnectorRead.Missing();
        }
        try
        {
            return new ConnectorRead.Found(Projections.Connector(item));
        }
        catch (JsonException e)
        {
            return new ConnectorRead.Unreadable(new UnreadableObject(item, e.Message));
        }
    }

    public async Task<NamedRollouts> RolloutsAsync(ObjectKey connector, CancellationToken ct)
    {
        var readable = new List<SyncRollout>();
        var unreadable = ImmutableArray.CreateBuilder<UnreadableObject>();
        foreach (var item in await ListAsync(Kinds.Rollouts, connector.Namespace, selector: null, ct))
        {
            if (Projections.ConnectorNameOf(item) != connector.Name)
            {
                continue;
            }
            try
            {
                readable.Add(Projections.Rollout(item));
            }
            catch (JsonException e)
            {
                unreadable.Add(new UnreadableObject(item, e.Message));
            }
        }
        return new NamedRollouts(RolloutOrder.Of(readable), unreadable.ToImmutable());
    }

    /// <summary>The actions that name the connector. One that can't be decoded is told by the cache.</summary>
    public async Task<ImmutableArray<SyncAction>> ActionsAsync(ObjectKey connector, CancellationToken ct)
    {
        var items = await ListAsync(Kinds.Actions, connector.Namespace, selector: null, ct);
        return
        [
            .. items
                .Select(Projections.TryAction)
                .OfType<SyncAction>()
                .Where(a => ActionsByConnector.TargetOf(a) == connector),
        ];
    }

    /// <summary>
    /// What existing objects say of the connector's record now. A cache may still show objects that are gone with their record, or
    /// that a restored backup put back.
    /// </summary>
    public async Task<ImmutableArray<RecordWitness>> WitnessesAsync(ObjectKey connector, CancellationToken ct)
    {
        var label = $"{PodMarks.Connector}={PodMarks.LabelValue(connector.Name)}";
        var pods = (await ListAsync(CoreTypes.Pods, connector.Namespace, label, ct))
            .Select(PodProjection.Of)
            .Where(p => p.ConnectorName == connector.Name)
            .Select(p => p.Pod);
        var rollouts = await RolloutsAsync(connector, ct);
        var own = await ConnectorAsync(connector, ct) is ConnectorRead.Found(var found)
            ? found
            : new MarketplaceConnector();
        return Witnesses.Of(
            own,
            rollouts.Readable.RemoveAll(r => RolloutBinding.Problem(r, connector.Name) is not null),
            [.. pods]
        );
    }

    private async Task<List<KubeObject>> ListAsync(ResourceType type, string ns, string? selector, CancellationToken ct)
    {
        var items = new List<KubeObject>();
        string? next = null;
        do
        {
            var query = new ListOptions
            {
                LabelSelector = selector,
                Limit = ItemsAPage,
                Continue = next,
            };
            var page = await api.ListAsync(type, ns, query, ct);
            items.AddRange(page.Items.Select(i => new KubeObject(i)));
            next = page.Continue;
        } while (next is not null);
        return items;
    }
}
