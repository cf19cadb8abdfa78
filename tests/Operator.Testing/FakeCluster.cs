using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// An object changed. Before is null for a creation, After for a removal. The actor is the client that asked for it, or one of
/// the cluster's own controllers.
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

/// <summary>A moment of a cluster, to go back to.</summary>
public sealed class ClusterSnapshot
{
    internal ClusterSnapshot(StoreSnapshot store) => Store = store;

    internal StoreSnapshot Store { get; }
}

/// <summary>
/// An API server in memory, with its garbage collector, namespaces and (if asked for) a kubelet, in the time of a
/// <see cref="TimeProvider"/>. Clients come through doors: <see cref="Connect(string)"/> in process, or over
/// HTTP. Safe for concurrent use; deterministic when used from one thread. What the real server does differently is a fault of
/// this one: the conformance suite runs on both.
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

    /// <summary>Called for each change, under the cluster's lock: it may look, and must not wait.</summary>
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

    /// <summary>Whether <see cref="WatchOptions.SendInitialEvents"/> is served. Default: it is.</summary>
    public StreamingLists StreamingLists
    {
        get => _state.StreamingLists;
        set => _state.StreamingLists = value;
    }

    /// <summary>How a watch from a resourceVersion that is too old is told so. Default: by an ERROR event.</summary>
    public ExpiredWatches ExpiredWatches
    {
        get => _state.ExpiredWatches;
        set => _state.ExpiredWatches = value;
    }

    internal ClusterState State => _state;

    /// <summary>A door for one client whose clock is the cluster's time provider.</summary>
    public FakeClient Connect(string client) => Connect(client, _time);

    /// <summary>A door for one client with a clock of its own.</summary>
    public FakeClient Connect(string client, TimeProvider clock) => new(_state, client, clock);

    /// <summary>Serves another kind, or one in another way.</summary>
    public void Define(ResourceKind kind)
    {
        lock (_state.Gate)
        {
            _state.Define(kind);
        }
    }

    /// <summary>The object as it is stored, past all doors, faults and the journal.</summary>
    public KubeObject? Find(ResourceType type, ObjectKey key)
    {
        lock (_state.Gate)
        {
            return _state.Store.Find(type, key) is { } stored ? new KubeObject(stored.Json) : null;
        }
    }

    /// <summary>All objects of a kind, in order of namespace and name.</summary>
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
    /// <exception cref="KubeApiException">There is none, or the server refuses the change.</exception>
    public KubeObject Edit(ResourceType type, ObjectKey key, Action<JsonObject> change) =>
        AsUser(() =>
        {
            var item = _state.Reads.Get(type, key).ToNode();
            change(item);
            return _state.Writes.Replace(type, key, Encoding.UTF8.GetBytes(item.ToJsonString()));
        });

    /// <summary>Deletes an object, as a user would with kubectl. Gone is gone: a second time does nothing.</summary>
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
    /// A ResourceQuota for pods that have not ended. Creations beyond it are refused with 403 until the answer is disposed.
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
    /// From now on pods run: each by the script that it is given when it is first seen, under the cluster's lock. Without this
    /// they stay pending and unscheduled.
    /// </summary>
    public FakeKubelet RunPods(Func<KubeObject, PodScript> script)
    {
        lock (_state.Gate)
        {
            return new FakeKubelet(_state, script);
        }
    }

    /// <summary>Forgets what happened so far: watches and pages of the past are told 410.</summary>
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

    /// <summary>How many watches are open.</summary>
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

    /// <summary>etcd comes back from a backup: objects and resourceVersions of then, every watch broken, no history.</summary>
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
