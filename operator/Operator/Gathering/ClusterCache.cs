using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Rollouts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The cached objects of the cluster: connectors, rollouts and actions, and, by label, pods and store lists. Each change
/// queues the connectors that it affects. While this replica leads, a deleted pod is kept with its last state until the record has
/// folded its run.
/// </summary>
internal sealed class ClusterCache
{
    public static readonly TimeSpan MissingKept = TimeSpan.FromHours(1);

    private readonly KeyedQueue _queue;
    private readonly PodsByConnector _pods;
    private readonly SharedSecrets _secrets;
    private readonly AccountSharing _accounts;
    private readonly ClusterChanges _changes;
    private readonly ConcurrentDictionary<ObjectKey, DateTimeOffset> _missingSince = new();
    private readonly ImmutableArray<IInformer> _watched;

    public ClusterCache(
        IKubeApi api,
        OperatorOptions options,
        InformerServices services,
        KeyedQueue queue,
        OwnStatuses own,
        RecordStore records
    )
    {
        _queue = queue;
        _pods = new PodsByConnector(services.Time);
        var ns = options.Namespace;
        Connectors = new(
            api,
            new InformerOptions { Type = Kinds.Connectors, Namespace = ns },
            Projections.Readable,
            services
        );
        Rollouts = new(
            api,
            new InformerOptions { Type = Kinds.Rollouts, Namespace = ns },
            Projections.Rollout,
            services
        );
        Actions = new(api, new InformerOptions { Type = Kinds.Actions, Namespace = ns }, Projections.Action, services);
        Pods = new(api, Labelled(CoreTypes.Pods, ns, PodMarks.Connector), PodProjection.Of, services);
        StoreLists = new(
            api,
            Labelled(CoreTypes.ConfigMaps, ns, $"{ApiGroup.StoresLabel}=true"),
            CachedStoreLists.Of,
            services
        );
        _secrets = new SharedSecrets(Connectors, StoreLists);
        Finished = new FinishedPods(options.FinishedPodsCap);
        _accounts = new AccountSharing(Connectors, StoreLists);
        _changes = new ClusterChanges(queue, own, _pods, Finished, _secrets, _accounts);
        _watched = [Connectors, Rollouts, Actions, Pods, StoreLists];
        void OnWentBack()
        {
            records.DoubtAll();
            own.Clear();
        }
        Connectors.WentBack = OnWentBack;
        Rollouts.WentBack = OnWentBack;
        Actions.WentBack = OnWentBack;
        Pods.WentBack = OnWentBack;
        StoreLists.WentBack = OnWentBack;
        Connectors.Changed = _changes.OnConnector;
        Connectors.Undecoded = (key, _) => queue.Add(key);
        Rollouts.Changed = _changes.OnRollout;
        Rollouts.Undecoded = (key, _) => QueueAllOf(key.Namespace);
        Actions.Changed = _changes.OnAction;
        Actions.Undecoded = (key, _) => queue.Add(ActionsByConnector.Nobody(key.Namespace));
        Pods.Changed = _changes.OnPod;
        StoreLists.Changed = _changes.OnStoreLists;
    }

    public Informer<CachedConnector> Connectors { get; }
    public Informer<SyncRollout> Rollouts { get; }
    public Informer<SyncAction> Actions { get; }
    public Informer<CachedPod> Pods { get; }
    public Informer<CachedStoreLists> StoreLists { get; }

    /// <summary>The finished pods of all connectors, and which of them give way.</summary>
    public FinishedPods Finished { get; }

    /// <summary>A watch is broken: the caches may show objects that are gone.</summary>
    public bool IsBehind => _watched.Any(w => w.IsBehind);

    public bool HasSynced => _watched.All(w => w.HasSynced);

    /// <summary>The longest time that any informer has neither asked the server for anything nor heard from it.</summary>
    public TimeSpan Idle => _watched.Max(w => w.Idle);

    /// <summary>Pods here, also deleted ones that are still kept.</summary>
    public int PodsKept => _pods.Count;

    /// <summary>Call it when this replica begins to lead, before it lists again, because that list shows which pods are gone.</summary>
    public void BeginLeading()
    {
        _pods.BeginLeading();
        Finished.BeginPlanning();
    }

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(_watched.Select(w => w.RunAsync(ct)));

    public Task WaitForSyncAsync(CancellationToken ct) => Task.WhenAll(_watched.Select(w => w.WaitForSyncAsync(ct)));

    /// <summary>Lists again. Returns when every cache contains a list that began after this call.</summary>
    public Task RelistAsync(CancellationToken ct) => Task.WhenAll(_watched.Select(w => w.RelistAsync(ct)));

    public void RefreshMetrics()
    {
        foreach (var watched in _watched)
        {
            watched.RefreshMetrics();
        }
    }

    /// <summary>Rollouts that name the connector; the operator follows only the first.</summary>
    public ImmutableArray<SyncRollout> RolloutsOf(ObjectKey connector) =>
        RolloutOrder.Of(_changes.RolloutsOf.Of(connector).Select(Rollouts.Find).OfType<SyncRollout>());

    /// <summary>Actions that name the connector.</summary>
    public ImmutableArray<SyncAction> ActionsOf(ObjectKey connector) =>
        [.. _changes.ActionsOf.Of(connector).Select(Actions.Find).OfType<SyncAction>()];

    /// <summary>The connector's Secrets that are shared between Production and another environment.</summary>
    public ImmutableArray<SharedSecret> SecretsSharedBy(MarketplaceConnector connector) => _secrets.Of(connector);

    /// <summary>Accounts of the connector that others of the namespace name, too.</summary>
    public ImmutableArray<AccountElsewhere> AccountsElsewhere(MarketplaceConnector connector) =>
        _accounts.Of(connector);

    /// <summary>The connector's pods by name, including deleted pods that are still kept.</summary>
    public ImmutableArray<ObservedPod> PodsOf(ObjectKey connector) => [.. _pods.Of(connector).Values];

    /// <summary>The store lists of <c>spec.storesFrom</c>, in the same order.</summary>
    public ImmutableArray<StoreListSight> StoreListsOf(MarketplaceConnector connector) =>
        [
            .. SharedSecrets
                .ListsOf(connector)
                .Select(k =>
                    CachedStoreLists.Sight(StoreLists.Find(new ObjectKey(connector.Metadata.Namespace, k.Name)), k)
                ),
        ];

    /// <summary>Adds a pod that we just created, or that a live read found, until the watch reports it.</summary>
    public void Show(ObjectKey connector, KubeObject pod)
    {
        Pods.Overlay(pod);
        _pods.SeenFirst(connector, PodProjection.Of(pod).Pod);
    }

    /// <summary>The API server accepted our deletion of the pod.</summary>
    public void Deleting(ObjectKey connector, string pod, string uid) => _pods.Deleting(connector, pod, uid);

    /// <summary>The API server says that the pod is gone. If the watch does not have it, marks the pod as gone here.</summary>
    public void Gone(ObjectKey connector, string pod, string uid)
    {
        var isWatched = Pods.Find(new ObjectKey(connector.Namespace, pod)) is { } cached && IsSame(cached.Pod, uid);
        if (!isWatched && _pods.Of(connector).TryGetValue(pod, out var last) && IsSame(last, uid))
        {
            _pods.Left(connector, last);
            _queue.Add(connector);
        }
    }

    /// <summary>Drops deleted pods that the record no longer waits for.</summary>
    public void ForgetDeparted(ObjectKey connector, IEnumerable<string> names) => _pods.Forget(connector, names);

    /// <summary>
    /// The connector does not exist. It may be created again soon (<c>kubectl replace --force</c>) and then uses the same record, so
    /// its deleted pods are kept for <see cref="MissingKept"/>. False: they are still kept; call again later.
    /// </summary>
    public bool ForgetMissing(ObjectKey connector, DateTimeOffset now)
    {
        if (now - _missingSince.GetOrAdd(connector, now) < MissingKept)
        {
            return false;
        }
        _missingSince.TryRemove(connector, out _);
        _pods.ForgetLeft(connector);
        return true;
    }

    public void Found(ObjectKey connector) => _missingSince.TryRemove(connector, out _);

    private static bool IsSame(ObservedPod pod, string uid) => pod.Uid == uid;

    /// <summary>An unreadable rollout may name any connector, so queues all connectors of the namespace.</summary>
    private void QueueAllOf(string ns)
    {
        foreach (var connector in Connectors.All.Where(c => c.Key.Namespace == ns))
        {
            _queue.Add(connector.Key);
        }
    }

    private static InformerOptions Labelled(ResourceType type, string? ns, string label) =>
        new()
        {
            Type = type,
            Namespace = ns,
            LabelSelector = label,
        };
}
