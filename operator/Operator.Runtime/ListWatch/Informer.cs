using System.Collections.Concurrent;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>What to cache: one kind, perhaps of one namespace, perhaps only what carries a label.</summary>
public sealed record InformerOptions
{
    public required ResourceType Type { get; init; }

    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }

    /// <summary>Objects a page of a list. Default 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>The server is asked to end a watch after this long, give or take a tenth. Default 5 min.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A watch that outlives its timeout by this much is taken for dead. Default 90 s.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(90);
}

/// <summary>One object of the cache changed. For a deletion <see cref="Before"/> is the last state, as the DELETED event told it.</summary>
public sealed record ObjectChange<T>(ObjectKey Key, T? Before, T? After)
    where T : class;

/// <summary>
/// Keeps a projection of every object of a kind: list, then watch, for ever. Items are decoded one by one, so that one that
/// can't be read hurts only itself. Reads are safe from any thread; changes are told in order, from one task.
/// </summary>
public sealed class Informer<T>(
    IKubeApi api,
    InformerOptions options,
    Func<KubeObject, T> project,
    InformerServices services
)
    where T : class
{
    private readonly ConcurrentDictionary<ObjectKey, Cached> _objects = new();
    private readonly ConcurrentDictionary<ObjectKey, string> _undecodable = new();
    private readonly List<TaskCompletionSource> _syncWaiters = [];
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), services.Random);
    private readonly Lock _gate = new();
    private long _lastContact;

    private sealed record Cached(T Object, string ResourceVersion, bool IsOverlay);

    /// <summary>Called once for each change; must not block.</summary>
    public Action<ObjectChange<T>>? Changed { get; set; }

    /// <summary>Called for an object that can't be decoded, with why.</summary>
    public Action<ObjectKey, string>? Undecoded { get; set; }

    public bool HasSynced { get; private set; }

    public IEnumerable<KeyValuePair<ObjectKey, T>> All =>
        _objects.Select(o => KeyValuePair.Create(o.Key, o.Value.Object));

    /// <summary>Objects that exist and can't be decoded, with why.</summary>
    public IReadOnlyDictionary<ObjectKey, string> Undecodable => _undecodable;

    /// <summary>Since the server was last heard of.</summary>
    public TimeSpan Age => services.Time.GetElapsedTime(Interlocked.Read(ref _lastContact));

    public T? Find(ObjectKey key) => _objects.TryGetValue(key, out var cached) ? cached.Object : null;

    /// <summary>Not <c>Task.WaitAsync</c>: that one continues on the thread pool, whatever context a simulation runs in.</summary>
    public async Task WaitForSyncAsync(CancellationToken ct)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (HasSynced)
            {
                return;
            }
            _syncWaiters.Add(waiter);
        }
        using var cancellation = ct.Register(() => waiter.TrySetCanceled(ct));
        await waiter.Task;
    }

    /// <summary>Shows an object that we just created, until the watch has caught up with it.</summary>
    public void Overlay(KubeObject created)
    {
        var cached = new Cached(project(created), created.ResourceVersion, IsOverlay: true);
        lock (_gate)
        {
            _objects.TryAdd(created.Key, cached);
        }
    }

    /// <summary>Runs until cancelled; every other failure is logged and answered by a new list.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        Interlocked.Exchange(ref _lastContact, services.Time.GetTimestamp());
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var resourceVersion = await ListAsync(ct);
                Synced();
                await WatchAsync(resourceVersion, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            // Whatever broke the stream, the answer is the same: list again. Nothing may end this loop quietly.
            catch (Exception e)
            {
                InformerLog.Relisting(services.Logger, options.Type.Plural, e);
                services.Metrics.Relisted(options.Type.Plural);
                await PauseAsync(_backoff.Next(), ct);
            }
        }
    }

    private void Synced()
    {
        lock (_gate)
        {
            HasSynced = true;
            _syncWaiters.ForEach(w => w.TrySetResult());
            _syncWaiters.Clear();
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken ct)
    {
        try
        {
            await Task.Delay(pause, services.Time, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The loop ends by itself.
        }
    }

    private async Task<string> ListAsync(CancellationToken ct)
    {
        var listed = new Dictionary<ObjectKey, KubeObject>();
        var start = services.Time.GetTimestamp();
        string? next = null;
        string resourceVersion;
        do
        {
            var query = new ListOptions
            {
                LabelSelector = options.LabelSelector,
                Limit = options.PageSize,
                Continue = next,
            };
            var page = await api.ListAsync(options.Type, options.Namespace, query, ct);
            foreach (var item in page.Items)
            {
                var listedObject = new KubeObject(item);
                listed[listedObject.Key] = listedObject;
            }
            (next, resourceVersion) = (page.Continue, page.ResourceVersion);
        } while (next is not null);
        Replace(listed, start);
        return resourceVersion;
    }

    /// <summary>Only a complete list may say that something is gone.</summary>
    private void Replace(Dictionary<ObjectKey, KubeObject> listed, long listStarted)
    {
        foreach (var item in listed.Values)
        {
            Store(item);
        }
        foreach (var (key, cached) in _objects)
        {
            // An own create may be younger than the list; the watch will tell.
            if (!listed.ContainsKey(key) && !cached.IsOverlay)
            {
                Remove(key, last: null);
            }
        }
        foreach (var key in _undecodable.Keys.Where(k => !listed.ContainsKey(k)))
        {
            _undecodable.TryRemove(key, out _);
        }
        Touch();
        var took = services.Time.GetElapsedTime(listStarted);
        InformerLog.Listed(services.Logger, options.Type.Plural, listed.Count, took);
    }

    private async Task WatchAsync(string resourceVersion, CancellationToken ct)
    {
        while (true)
        {
            var timeout = options.WatchTimeout * (0.9 + (0.2 * services.Random()));
            using var watchdog = new CancellationTokenSource(timeout + options.Silence, services.Time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, watchdog.Token);
            var query = new WatchOptions
            {
                LabelSelector = options.LabelSelector,
                ResourceVersion = resourceVersion,
                Timeout = timeout,
            };
            await foreach (var change in api.WatchAsync(options.Type, options.Namespace, query, linked.Token))
            {
                resourceVersion = Apply(change);
                _backoff.Reset();
                Touch();
            }
            ct.ThrowIfCancellationRequested();
            Touch();
        }
    }

    private string Apply(WatchEvent change)
    {
        var item = new KubeObject(change.Item);
        switch (change.Kind)
        {
            case WatchKind.Added or WatchKind.Modified:
                Store(item);
                break;
            case WatchKind.Deleted:
                Remove(item.Key, item);
                break;
            case WatchKind.Error:
                var (reason, message) = KubeStatus.Read(System.Text.Encoding.UTF8.GetBytes(change.Item.GetRawText()));
                throw new InvalidOperationException($"the watch of {options.Type.Plural} ended: {reason}: {message}");
            default:
                break;
        }
        return item.ResourceVersion;
    }

    private void Store(KubeObject item)
    {
        if (Project(item) is not { } projected)
        {
            return;
        }
        Cached? before;
        lock (_gate)
        {
            _objects.TryGetValue(item.Key, out before);
            _objects[item.Key] = new Cached(projected, item.ResourceVersion, IsOverlay: false);
        }
        if (before is null || !string.Equals(before.ResourceVersion, item.ResourceVersion, StringComparison.Ordinal))
        {
            Changed?.Invoke(new ObjectChange<T>(item.Key, before?.Object, projected));
        }
    }

    private void Remove(ObjectKey key, KubeObject? last)
    {
        _undecodable.TryRemove(key, out _);
        var lastState = last is null ? null : Project(last);
        lock (_gate)
        {
            if (!_objects.TryRemove(key, out var cached))
            {
                return;
            }
            lastState ??= cached.Object;
        }
        Changed?.Invoke(new ObjectChange<T>(key, lastState, null));
    }

    private T? Project(KubeObject item)
    {
        try
        {
            var projected = project(item);
            _undecodable.TryRemove(item.Key, out _);
            return projected;
        }
        // A projection meets whatever anybody stored: it may fail in any way, and then it is this object's problem only.
        catch (Exception e)
            when (e
                    is JsonException
                        or InvalidOperationException
                        or FormatException
                        or KeyNotFoundException
                        or OverflowException
            )
        {
            _undecodable[item.Key] = e.Message;
            _objects.TryRemove(item.Key, out _);
            InformerLog.Undecodable(services.Logger, options.Type.Plural, item.Key, e.Message);
            services.Metrics.Undecodable(options.Type.Plural);
            Undecoded?.Invoke(item.Key, e.Message);
            return null;
        }
    }

    private void Touch() => Interlocked.Exchange(ref _lastContact, services.Time.GetTimestamp());
}
