using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning;
using Operator.Planning.Runs;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// What the operator keeps of the cluster: connectors and rollouts, and by label its pods and tickets. Each change queues the
/// connector that it concerns. Pods that left are kept with their last state until they are folded.
/// </summary>
internal sealed class ClusterCache
{
    private readonly ConcurrentDictionary<ObjectKey, ImmutableDictionary<string, ObservedPod>> _departed = new();
    private readonly ConcurrentDictionary<ObjectKey, ConcurrentDictionary<ObjectKey, byte>> _podsOf = new();
    private readonly KeyedQueue _queue;
    private readonly ConcurrentDictionary<ObjectKey, byte> _finished = new();

    public ClusterCache(IKubeApi api, OperatorOptions options, InformerServices services, KeyedQueue queue)
    {
        _queue = queue;
        var ns = options.WatchNamespace.Length == 0 ? null : options.WatchNamespace;
        Connectors = new(
            api,
            new InformerOptions { Type = Kinds.Connectors, Namespace = ns },
            Projections.Connector,
            services
        );
        Rollouts = new(
            api,
            new InformerOptions { Type = Kinds.Rollouts, Namespace = ns },
            Projections.Rollout,
            services
        );
        Pods = new(api, Labelled(CoreTypes.Pods, ns, PodMarks.Connector), PodProjection.Of, services);
        Tickets = new(api, Labelled(CoreTypes.ConfigMaps, ns, PodMarks.Ticket), Projections.Ticket, services);
        Connectors.Changed = change => queue.Add(change.Key);
        Connectors.Undecoded = (key, _) => queue.Add(key);
        Rollouts.Changed = OnRollout;
        Pods.Changed = OnPod;
        Tickets.Changed = change => queue.Add(OwnerOf(change.Key, (change.After ?? change.Before)?.ConnectorName));
    }

    public Informer<MarketplaceConnector> Connectors { get; }
    public Informer<SyncRollout> Rollouts { get; }
    public Informer<CachedPod> Pods { get; }
    public Informer<CachedTicket> Tickets { get; }

    public int FinishedPods => _finished.Count;

    public bool HasSynced => Connectors.HasSynced && Rollouts.HasSynced && Pods.HasSynced && Tickets.HasSynced;

    /// <summary>The longest that any watch has been silent.</summary>
    public TimeSpan Age => new[] { Connectors.Age, Rollouts.Age, Pods.Age, Tickets.Age }.Max();

    public Task RunAsync(CancellationToken ct) =>
        Task.WhenAll(Connectors.RunAsync(ct), Rollouts.RunAsync(ct), Pods.RunAsync(ct), Tickets.RunAsync(ct));

    public Task WaitForSyncAsync(CancellationToken ct) =>
        Task.WhenAll(
            Connectors.WaitForSyncAsync(ct),
            Rollouts.WaitForSyncAsync(ct),
            Pods.WaitForSyncAsync(ct),
            Tickets.WaitForSyncAsync(ct)
        );

    /// <summary>Rollouts that name the connector, the one in charge first.</summary>
    public ImmutableArray<SyncRollout> RolloutsOf(ObjectKey connector) =>
        [
            .. Rollouts
                .All.Select(r => r.Value)
                .Where(r => OwnerOf(Kinds.KeyOf(r.Metadata), r.Spec.ConnectorRef.Name) == connector)
                .OrderBy(r => r.Metadata.CreationTimestamp)
                .ThenBy(r => r.Metadata.Uid, StringComparer.Ordinal),
        ];

    public ImmutableArray<ObservedPod> PodsOf(ObjectKey connector)
    {
        var live = _podsOf.TryGetValue(connector, out var keys)
            ? keys.Keys.Select(Pods.Find).OfType<CachedPod>().Select(p => p.Pod)
            : [];
        var pods = live.ToDictionary(p => p.Name, StringComparer.Ordinal);
        foreach (
            var (name, gone) in _departed.GetValueOrDefault(connector, ImmutableDictionary<string, ObservedPod>.Empty)
        )
        {
            // A pod that is there again under the same name is a newer one: the last word is its own.
            pods.TryAdd(name, gone);
        }
        return [.. pods.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];
    }

    public ImmutableArray<ObservedTicket> TicketsOf(ObjectKey connector) =>
        [
            .. Tickets
                .All.Where(t => OwnerOf(t.Key, t.Value.ConnectorName) == connector)
                .Select(t => t.Value.Ticket)
                .OrderBy(t => t.Name, StringComparer.Ordinal),
        ];

    /// <summary>Shows a pod that we just created until the watch has caught up.</summary>
    public void Overlay(ObjectKey connector, KubeObject pod)
    {
        Pods.Overlay(pod);
        Index(connector).TryAdd(pod.Key, 0);
    }

    /// <summary>Drops departed pods whose runs are in the committed record.</summary>
    public void ForgetDeparted(ObjectKey connector, IEnumerable<string> folded)
    {
        if (_departed.TryGetValue(connector, out var departed))
        {
            _departed[connector] = departed.RemoveRange(folded);
        }
    }

    public void ForgetConnector(ObjectKey connector) => _departed.TryRemove(connector, out _);

    private void OnRollout(ObjectChange<SyncRollout> change)
    {
        foreach (var rollout in new[] { change.Before, change.After }.OfType<SyncRollout>())
        {
            _queue.Add(OwnerOf(change.Key, rollout.Spec.ConnectorRef.Name));
        }
    }

    private void OnPod(ObjectChange<CachedPod> change)
    {
        if (change.After is { Pod.Phase: PodPhase.Succeeded or PodPhase.Failed })
        {
            _finished.TryAdd(change.Key, 0);
        }
        else
        {
            _finished.TryRemove(change.Key, out _);
        }
        var owner = OwnerOf(change.Key, (change.After ?? change.Before)?.ConnectorName);
        if (change.After is not null)
        {
            Index(owner).TryAdd(change.Key, 0);
        }
        else if (change.Before is { } last)
        {
            Index(owner).TryRemove(change.Key, out _);
            _departed.AddOrUpdate(
                owner,
                _ => ImmutableDictionary<string, ObservedPod>.Empty.Add(last.Pod.Name, last.Pod with { IsGone = true }),
                (_, departed) => departed.SetItem(last.Pod.Name, last.Pod with { IsGone = true })
            );
        }
        _queue.Add(owner);
    }

    private ConcurrentDictionary<ObjectKey, byte> Index(ObjectKey connector) => _podsOf.GetOrAdd(connector, _ => new());

    private static ObjectKey OwnerOf(ObjectKey item, string? connectorName) => new(item.Namespace, connectorName ?? "");

    private static InformerOptions Labelled(ResourceType type, string? ns, string label) =>
        new()
        {
            Type = type,
            Namespace = ns,
            LabelSelector = label,
        };
}
