using System.Runtime.CompilerServices;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// One client's door to a <see cref="FakeCluster"/>, in process. A call without a fault is done before it returns, so that a
/// single-threaded caller gets the same run every time. Watches, faults and death are its own: other clients don't notice.
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

    /// <summary>As the journal names it.</summary>
    public string Name { get; }

    /// <summary>What goes wrong with its requests.</summary>
    public FaultPlan Faults => _calls.Faults;

    public ServerClock? Clock => _calls.Clock;
    public bool IsDead => _calls.IsDead;

    /// <summary>A call whose answer takes longer ends in a <see cref="TimeoutException"/>. Default 8 s.</summary>
    public TimeSpan CallTimeout
    {
        get => _calls.CallTimeout;
        set => _calls.CallTimeout = value;
    }

    /// <summary>Its watches hear of each change this much later: a stale cache. Order is kept.</summary>
    public TimeSpan WatchLag
    {
        get => _conditions.Lag;
        set => _conditions.Lag = value;
    }

    public Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct)
    {
        // As the real client: the path of an empty name is the collection's.
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

    public Task<KubeObject> ReplaceStatusAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new CallIntent(KubeVerb.ReplaceStatus, type, Named(key), $"replace status of {type.Plural} {key}"),
            () => _state.Writes.ReplaceStatus(type, key, json),
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

    /// <summary>From now on its watches hear nothing, until <see cref="ThawWatches"/>; nothing is lost.</summary>
    public void FreezeWatches() => SetFrozen(isFrozen: true);

    public void ThawWatches() => SetFrozen(isFrozen: false);

    /// <summary>Ends its running watches, of one kind or of all.</summary>
    public void DropWatches(WatchEnd end, ResourceType? type = null)
    {
        lock (_state.Gate)
        {
            _state.Watches.EndAll(s => IsOurs(s) && (type is null || s.Scope.Kind.Type == type), end);
        }
    }

    /// <summary>
    /// The process is gone: every call from now on, and every one under way, throws <see cref="OperationCanceledException"/>, or
    /// never ends (until its own token is cancelled). What has left it already still reaches the server.
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

    /// <summary>For the journal only; what is unreadable is refused later.</summary>
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
