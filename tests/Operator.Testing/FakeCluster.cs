using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// A change of an object. Before is null for a creation, After is null for a removal. The actor is the client that wrote, or
/// one of the cluster's own controllers.
/// </summary>
public sealed record ClusterChange(
    long Version,
    DateTimeOffset At,
    string Actor,
    ResourceType Type,
    ObjectKey Key,
    JsonElement? Before,
    JsonElement? After
);

/// <summary>The state of a cluster at one instant, for a later restore.</summary>
public sealed class ClusterSnapshot
{
    internal ClusterSnapshot(StoreSnapshot store) => Store = store;

    internal StoreSnapshot Store { get; }
}

/// <summary>
/// An API server in memory, with a garbage collector, namespaces and an optional kubelet. It uses the time of a
/// <see cref="TimeProvider"/>. Clients connect in process with <see cref="Connect(string)"/>, or over HTTP. Safe for
/// concurrent use; deterministic with one thread. The conformance suite runs on this server and on a real one; where they
/// differ, this server is wrong.
/// </summary>
/// <example>
/// <code>
/// var time = new VirtualTime();
/// using var cluster = new FakeCluster(time);
/// var api = cluster.Connect("operator");
/// api.Faults.Next(Fault.After(KubeErrors.Timeout()), r => r.Verb == KubeVerb.Create);
/// </code>
/// </example>
public sealed class FakeCluster : IDisposable
{
    private readonly ClusterState _state;
    private readonly TimeProvider _time;
    private readonly GarbageCollector _garbage;

    public FakeCluster(TimeProvider time)
        : this(time, new FakeClusterOptions()) { }

    public FakeCluster(TimeProvider time, FakeClusterOptions options)
    {
        _time = time;
        _state = new ClusterState(time, options);
        _garbage = new GarbageCollector(_state);
        _state.Store.Changed = OnChanged;
        foreach (var ns in (string[])["default", "kube-system"])
        {
            _state.Namespaces.Create(ns);
        }
    }

    /// <summary>Called for each change, under the cluster's lock. The callback may read the cluster and must not wait.</summary>
    public Action<ClusterChange>? Changed { get; set; }

    /// <summary>Every request of every client.</summary>
    public Journal Journal => _state.Journal;

    /// <summary>Rules that refuse writes with 403.</summary>
    public Admission Admission => _state.Admission;

    /// <summary>The newest resourceVersion.</summary>
    public long Version
    {
        get
        {
            lock (_state.Gate)
            {
                return _state.Store.Version;
            }
        }
    }

    /// <summary>The server's clock.</summary>
    public DateTimeOffset UtcNow => _state.ServerNow;

    /// <summary>How far the server's clock is ahead of the time provider's.</summary>
    public TimeSpan ClockSkew
    {
        get => _state.ClockSkew;
        set => _state.ClockSkew = value;
    }

    /// <summary>How the server handles <see cref="WatchOptions.SendInitialEvents"/>. Default: it serves it.</summary>
    public StreamingLists StreamingLists
    {
        get => _state.StreamingLists;
        set => _state.StreamingLists = value;
    }

    /// <summary>How the server refuses a watch from an expired resourceVersion. Default: with an ERROR event.</summary>
    public ExpiredWatches ExpiredWatches
    {
        get => _state.ExpiredWatches;
        set => _state.ExpiredWatches = value;
    }

    internal ClusterState State => _state;

    /// <summary>Connects a client that uses the cluster's time provider as its clock.</summary>
    public FakeClient Connect(string client) => Connect(client, _time);

    /// <summary>Connects a client with its own clock.</summary>
    public FakeClient Connect(string client, TimeProvider clock) => new(_state, client, clock);

    /// <summary>Adds a kind, or replaces the definition of a kind.</summary>
    public void Define(ResourceKind kind)
    {
        lock (_state.Gate)
        {
            _state.Define(kind);
        }
    }

    /// <summary>Reads the stored object directly, without faults and journal; null: there is none.</summary>
    public KubeObject? Find(ResourceType type, ObjectKey key)
    {
        lock (_state.Gate)
        {
            return _state.Store.Find(type, key) is { } stored ? new KubeObject(stored.Json) : null;
        }
    }

    /// <summary>All objects of a kind, ordered by namespace and name.</summary>
    public ImmutableArray<KubeObject> All(ResourceType type)
    {
        lock (_state.Gate)
        {
            return [.. _state.Store.All(type).Select(o => new KubeObject(o.Json))];
        }
    }

    /// <summary>Creates an object, as a user would with kubectl.</summary>
    /// <exception cref="KubeApiException">The server refuses it.</exception>
    public KubeObject Create(ResourceType type, string ns, JsonObject item) =>
        AsUser(() => _state.Writes.Create(type, ns, Encoding.UTF8.GetBytes(item.ToJsonString())));

    /// <summary>Reads, changes and replaces an object, as a user would with kubectl edit.</summary>
    /// <exception cref="KubeApiException">The object does not exist, or the server refuses the change.</exception>
    public KubeObject Edit(ResourceType type, ObjectKey key, Action<JsonObject> change) =>
        AsUser(() =>
        {
            var item = _state.Reads.Get(type, key).ToNode();
            change(item);
            return _state.Writes.Replace(type, key, Encoding.UTF8.GetBytes(item.ToJsonString()));
        });

    /// <summary>Deletes an object, as a user would with kubectl. Does nothing when the object does not exist.</summary>
    public void Delete(ResourceType type, ObjectKey key, TimeSpan? grace = null)
    {
        lock (_state.Gate)
        {
            if (_state.Store.Find(type, key) is { } stored)
            {
                _state.As("user", () => _state.Deletions.Begin(stored, grace));
            }
        }
    }

    /// <summary>
    /// Adds a ResourceQuota for pods that have not ended. The server refuses more pods with 403 until the result is disposed.
    /// </summary>
    public IDisposable LimitPods(string ns, string quota, int most) =>
        Admission.Refuse(request =>
        {
            if (request.Before is not null || request.Type != CoreTypes.Pods || request.Key.Namespace != ns)
            {
                return null;
            }
            var used = _state.Store.All(CoreTypes.Pods).Count(p => p.Key.Namespace == ns && !PodStatus.HasEnded(p));
            return used < most
                ? null
                : $"exceeded quota: {quota}, requested: pods=1, used: pods={used}, limited: pods={most}";
        });

    /// <summary>
    /// Starts a kubelet. It asks <paramref name="script"/> for the script of each new pod, under the cluster's lock. Without a
    /// kubelet pods stay pending and unscheduled.
    /// </summary>
    public FakeKubelet RunPods(Func<KubeObject, PodScript> script)
    {
        lock (_state.Gate)
        {
            return new FakeKubelet(_state, script);
        }
    }

    /// <summary>Drops the history. Watches and list pages of older versions get 410.</summary>
    public void Compact()
    {
        lock (_state.Gate)
        {
            _state.Store.Compact();
        }
    }

    /// <summary>Ends every client's running watches, as a restart of the API server does.</summary>
    public void DropWatches(WatchEnd end)
    {
        lock (_state.Gate)
        {
            _state.Watches.EndAll(_ => true, end);
        }
    }

    /// <summary>The number of open watches.</summary>
    public int OpenWatches
    {
        get
        {
            lock (_state.Gate)
            {
                return _state.Watches.Count;
            }
        }
    }

    public ClusterSnapshot Snapshot()
    {
        lock (_state.Gate)
        {
            return new ClusterSnapshot(_state.Store.Snapshot());
        }
    }

    /// <summary>Restores etcd from a backup: old objects and resourceVersions, no history, and every watch breaks.</summary>
    public void Restore(ClusterSnapshot snapshot)
    {
        lock (_state.Gate)
        {
            _state.Watches.EndAll(_ => true, WatchEnd.Broken);
            _state.Store.Restore(snapshot.Store);
        }
    }

    public void Dispose() => _state.Agenda.Dispose();

    private KubeObject AsUser(Func<WriteAnswer> write)
    {
        lock (_state.Gate)
        {
            try
            {
                return new KubeObject(_state.As("user", write).Json);
            }
            catch (ApiFailure e)
            {
                throw new KubeApiException(e.Code, e.Reason, e.Message);
            }
        }
    }

    private void OnChanged(StoredChange change)
    {
        _state.Watches.Publish(change);
        _garbage.Seen(change);
        _state.Seen?.Invoke(change);
        Changed?.Invoke(
            new ClusterChange(
                change.Version,
                _state.ServerNow,
                _state.Actor,
                change.Kind.Type,
                change.Key,
                change.Before?.Json,
                change.After?.Json
            )
        );
    }
}
