using System.Runtime.CompilerServices;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// The in-process connection of one client to a <see cref="FakeCluster"/>. A call without a fault completes before it returns,
/// so a single-threaded test always runs the same. Watches, faults and death of a client do not affect other clients.
/// </summary>
public sealed class FakeClient : IKubeApi
{
    private readonly ClusterState _state;
    private readonly CallGate _calls;
    private readonly WatchConditions _conditions = new();

    internal FakeClient(ClusterState state, string name, TimeProvider time)
    {
        _state = state;
        Name = name;
        _calls = new CallGate(state, name, time, new FaultPlan(state.Gate)) { Killed = EndWatches };
    }

    /// <summary>The client's name in the journal.</summary>
    public string Name { get; }

    /// <summary>Faults of this client's requests.</summary>
    public FaultPlan Faults => _calls.Faults;

    public ServerClock? Clock => _calls.Clock;
    public bool IsDead => _calls.IsDead;

    /// <summary>A call without an answer in this time throws a <see cref="TimeoutException"/>. Default 8 s.</summary>
    public TimeSpan CallTimeout
    {
        get => _calls.CallTimeout;
        set => _calls.CallTimeout = value;
    }

    /// <summary>The delay of all watch events, which makes caches stale. The order of events stays.</summary>
    public TimeSpan WatchLag
    {
        get => _conditions.Lag;
        set => _conditions.Lag = value;
    }

    public Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct)
    {
        // The real client does the same, because the path with an empty name is the path of the collection.
        if (key.Name.Length == 0)
        {
            return Task.FromResult<KubeObject?>(null);
        }
        return _calls.SendAsync<KubeObject?>(
            new CallIntent(KubeVerb.Get, type, key, $"get {type.Plural} {key}"),
            () => new CallResult<KubeObject?>(new KubeObject(_state.Reads.Get(type, key))),
            failure => failure.Reason == "NotFound" ? new CallResult<KubeObject?>(null) : null,
            ct
        );
    }

    public Task<KubeObject> CreateAsync(
        ResourceType type,
        string ns,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new CallIntent(KubeVerb.Create, type, new ObjectKey(ns, NameIn(json)), $"create {type.Plural} in {ns}"),
            () => _state.Writes.Create(type, ns, json),
            ct
        );

    public Task<KubeObject> ReplaceAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new CallIntent(KubeVerb.Replace, type, Named(key), $"replace {type.Plural} {key}"),
            () => _state.Writes.Replace(type, key, json),
            ct
        );

    public Task<KubeObject> PatchStatusAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new CallIntent(KubeVerb.PatchStatus, type, Named(key), $"patch status of {type.Plural} {key}"),
            () => _state.Writes.PatchStatus(type, key, json),
            ct
        );

    public Task<Deletion> DeleteAsync(ResourceType type, ObjectKey key, DeleteOptions options, CancellationToken ct) =>
        _calls.SendAsync(
            new CallIntent(KubeVerb.Delete, type, Named(key), $"delete {type.Plural} {key}"),
            () => new CallResult<Deletion>(Deletion.Deleted, _state.Writes.Delete(type, key, options).HasChanged),
            failure =>
                failure.Reason == "NotFound" ? new CallResult<Deletion>(Deletion.AlreadyGone)
                : failure.Reason == "Conflict" && options.Uid is not null ? new CallResult<Deletion>(Deletion.OtherUid)
                : null,
            ct
        );

    public Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct) =>
        _calls.SendAsync(
            new CallIntent(
                KubeVerb.List,
                type,
                new ObjectKey(ns ?? "", ""),
                $"list {type.Plural} in {ns ?? "all namespaces"}"
            ),
            () => new CallResult<ListPage>(_state.Reads.List(type, ns, options)),
            _ => null,
            ct
        );

    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type,
        string? ns,
        WatchOptions options,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var query = new WatchQuery
        {
            LabelSelector = options.LabelSelector,
            ResourceVersion = options.ResourceVersion,
            AllowBookmarks = options.AllowBookmarks,
            SendInitialEvents = options.SendInitialEvents,
            // The real client sends whole seconds.
            Timeout = TimeSpan.FromSeconds(Math.Floor(options.Timeout.TotalSeconds)),
        };
        var intent = new CallIntent(
            KubeVerb.Watch,
            type,
            new ObjectKey(ns ?? "", ""),
            $"watch {type.Plural} in {ns ?? "all namespaces"}"
        );
        var stream = await _calls.SendAsync(
            intent,
            () => new CallResult<WatchStream>(_state.Watches.Open(type, ns, query, _conditions)),
            _ => null,
            ct
        );
        await foreach (var change in stream.ReadAsync(ct))
        {
            yield return change;
        }
    }

    /// <summary>Holds back all watch events until <see cref="ThawWatches"/>. No event is lost.</summary>
    public void FreezeWatches() => SetFrozen(isFrozen: true);

    public void ThawWatches() => SetFrozen(isFrozen: false);

    /// <summary>Ends this client's running watches of one kind; null: of all kinds.</summary>
    public void DropWatches(WatchEnd end, ResourceType? type = null)
    {
        lock (_state.Gate)
        {
            _state.Watches.EndAll(s => IsOurs(s) && (type is null || s.Scope.Kind.Type == type), end);
        }
    }

    /// <summary>
    /// Kills the client process. Running and later calls throw <see cref="OperationCanceledException"/>. With
    /// <paramref name="isSilent"/> they never end, except by their own token. Requests already sent still reach the server.
    /// </summary>
    public void Kill(bool isSilent = false)
    {
        lock (_state.Gate)
        {
            _calls.KillLocked(isSilent);
        }
    }

    private void EndWatches(bool isSilent)
    {
        _conditions.IsDead = true;
        _state.Watches.EndAll(IsOurs, isSilent ? WatchEnd.Silent : WatchEnd.Broken);
    }

    private bool IsOurs(WatchStream stream) => ReferenceEquals(stream.Conditions, _conditions);

    private void SetFrozen(bool isFrozen)
    {
        lock (_state.Gate)
        {
            _conditions.IsFrozen = isFrozen;
            _conditions.Changed?.Invoke();
        }
    }

    private Task<KubeObject> WriteAsync(CallIntent intent, Func<WriteAnswer> write, CancellationToken ct) =>
        _calls.SendAsync(
            intent,
            () =>
            {
                var answer = write();
                return new CallResult<KubeObject>(new KubeObject(answer.Json), answer.HasChanged);
            },
            _ => null,
            ct
        );

    private static ObjectKey Named(ObjectKey key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key.Name, nameof(key));
        return key;
    }

    /// <summary>The object's name for the journal; empty for unreadable JSON, which the server refuses later.</summary>
    private static string NameIn(ReadOnlyMemory<byte> json)
    {
        try
        {
            return new KubeObject(System.Text.Json.JsonElement.Parse(json.Span)).Name;
        }
        catch (System.Text.Json.JsonException)
        {
            return "";
        }
    }
}
