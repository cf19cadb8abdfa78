namespace Operator.Runtime;

/// <summary>
/// Keeps a projection of every object of a kind: lists once, then watches. A watch that ends or fails continues from its last
/// resourceVersion. The informer lists again when the server no longer knows this version, went back to an older one, sent
/// broken events, or when a caller asks. Reads are safe from any thread; one task reports the changes, in order.
/// </summary>
/// <remarks>
/// The projection must not keep its JSON argument, because the argument may keep a whole list page in memory. To keep the
/// object itself, use <see cref="KubeObject.Trimmed"/> as projection.
/// </remarks>
public sealed class Informer<T> : IInformer
    where T : class
{
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(1);

    /// <summary>A watch that was open longer than this counts as healthy, even without an event.</summary>
    private static readonly TimeSpan LongWatch = TimeSpan.FromSeconds(10);

    private readonly IKubeApi _api;
    private readonly InformerOptions _options;
    private readonly InformerServices _services;
    private readonly Decoder<T> _decoder;
    private readonly ListReader<T> _lists;
    private readonly ObjectCache<T> _cache;
    private readonly Backoff _backoff;
    private readonly Waiters _syncWaiters = new();
    private readonly Waiters _freshWaiters = new();
    private readonly Contact _contact;
    private readonly string _kind;
    private volatile Action _interrupt = () => { };
    private string? _version;
    private volatile bool _isBehind;
    private bool _isSuspicious;

    public Informer(IKubeApi api, InformerOptions options, Func<KubeObject, T> project, InformerServices services)
    {
        (_api, _options, _services, _kind) = (api, options, services, options.Type.Plural);
        _decoder = new Decoder<T>(project);
        _lists = new ListReader<T>(api, options, _decoder, services);
        _cache = new ObjectCache<T>(Tell, TellUndecoded, () => WentBack?.Invoke());
        _backoff = new Backoff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15), services.Random);
        _contact = new Contact(services.Time);
    }

    /// <summary>Called once for each change; must not block.</summary>
    public Action<ObjectChange<T>>? Changed { get; set; }

    /// <summary>
    /// Called with the reason for an object that can't be decoded. When the object is corrected, <see cref="Changed"/> is called.
    /// </summary>
    public Action<ObjectKey, string>? Undecoded { get; set; }

    /// <summary>
    /// Called before the cache takes a list that is older than what it has, as a whole or in an object: a backup was restored. Must not
    /// block.
    /// </summary>
    public Action? WentBack { get; set; }

    public bool HasSynced { get; private set; }
    public bool IsBehind => _isBehind;

    public IEnumerable<KeyValuePair<ObjectKey, T>> All => _cache.All;

    /// <summary>Existing objects that can't be decoded, with the reason. <see cref="All"/> does not contain them.</summary>
    public IReadOnlyDictionary<ObjectKey, string> Undecodable => _cache.Undecodable;

    /// <summary>Time since the last event, bookmark, complete list, or watch that the server ended in time.</summary>
    public TimeSpan Age => _contact.Age;
    public TimeSpan Idle => _contact.Idle;

    public T? Find(ObjectKey key) => _cache.Find(key);

    public Task WaitForSyncAsync(CancellationToken ct)
    {
        var wait = _syncWaiters.WaitAsync(ct);
        if (HasSynced)
        {
            Waiters.Release(_syncWaiters.Take());
        }
        return wait;
    }

    /// <summary>Lists again. Returns when the cache contains a list that began after this call.</summary>
    public Task RelistAsync(CancellationToken ct)
    {
        var wait = _freshWaiters.WaitAsync(ct);
        _interrupt();
        return wait;
    }

    /// <summary>Adds an object that we just created to the cache, until the watch reports it or passes its version.</summary>
    public void Overlay(KubeObject created) => _cache.Overlay(_decoder.Decode(created));

    /// <summary>Updates the gauges; call it before each scrape.</summary>
    public void RefreshMetrics() => _services.Metrics.Set(_kind, _cache.Count, _cache.Undecodable.Count, Age);

    /// <summary>Runs until cancelled. Logs every failure and continues.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await GoOnAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            // No exception may end this loop.
            catch (Exception e)
            {
                await RecoverAsync(e, ct);
            }
        }
    }

    /// <summary>Lists if necessary, then runs one watch.</summary>
    private async Task GoOnAsync(CancellationToken ct)
    {
        _contact.Active();
        if (_isSuspicious && _version is not null && await HasGoneBackAsync(ct))
        {
            NeedList("restored");
        }
        _isSuspicious = false;
        if (_version is null)
        {
            await ListAsync(ct);
        }
        // What the watch misses comes at once, as its first events.
        _isBehind = false;
        var interruption = new CancellationTokenSource();
        _interrupt = interruption.Cancel;
        // A caller asked for a list while this list was running, so this list may be too old for the caller.
        if (!_freshWaiters.IsEmpty)
        {
            NeedList("asked");
            return;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, interruption.Token);
        try
        {
            await WatchAsync(either.Token);
        }
        catch (OperationCanceledException) when (interruption.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            NeedList("asked");
        }
    }

    private async Task ListAsync(CancellationToken ct)
    {
        var asked = _freshWaiters.Take();
        try
        {
            var start = _services.Time.GetTimestamp();
            var number = _cache.BeginList();
            var list = await _lists.ReadAsync(_contact.Active, ct);
            _cache.Replace(list.Items, ResourceVersions.Parse(list.Version), number);
            _version = list.Version;
            var took = _services.Time.GetElapsedTime(start);
            InformerLog.Listed(_services.Logger, _kind, list.Items.Count, took);
        }
        catch
        {
            _freshWaiters.Add(asked);
            throw;
        }
        _contact.Heard();
        HasSynced = true;
        Waiters.Release(_syncWaiters.Take());
        Waiters.Release(asked);
    }

    /// <summary>Runs one watch; returns when the server ends it at its timeout.</summary>
    private async Task WatchAsync(CancellationToken ct)
    {
        var timeout = _options.WatchTimeout * (0.9 + (0.2 * _services.Random()));
        using var overtime = new CancellationTokenSource(timeout + _options.Overtime, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, overtime.Token);
        var query = new WatchOptions
        {
            LabelSelector = _options.LabelSelector,
            ResourceVersion = _version ?? "",
            Timeout = timeout,
        };
        var (start, isHeard) = (_services.Time.GetTimestamp(), false);
        try
        {
            await foreach (var change in _api.WatchAsync(_options.Type, _options.Namespace, query, either.Token))
            {
                Apply(change);
                isHeard = true;
                _backoff.Reset();
                _contact.Heard();
            }
        }
        catch (OperationCanceledException e) when (overtime.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"the watch should have ended after {timeout}", e);
        }
        finally
        {
            if (_services.Time.GetElapsedTime(start) > LongWatch)
            {
                _backoff.Reset();
            }
        }
        ct.ThrowIfCancellationRequested();
        if (!isHeard && _services.Time.GetElapsedTime(start) < ShortestWatch)
        {
            throw new IOException("the watch ended at once");
        }
        _contact.Heard();
    }

    private void Apply(WatchEvent change)
    {
        if (change.Kind == WatchKind.Error)
        {
            throw new WatchErrorException(change.Item);
        }
        var item = new KubeObject(change.Item);
        if (change.Kind != WatchKind.Bookmark)
        {
            var decoded = _decoder.Decode(item);
            if (change.Kind == WatchKind.Deleted)
            {
                _cache.Delete(decoded);
            }
            else
            {
                _cache.Put(decoded);
            }
        }
        if (item.ResourceVersion.Length > 0)
        {
            _version = item.ResourceVersion;
            _cache.Advance(ResourceVersions.Parse(item.ResourceVersion));
        }
    }

    /// <summary>
    /// After a restore from a backup, the server continues from an older version. A watch from our version would then get no events
    /// until the server reaches that version, and would miss all changes before it.
    /// </summary>
    private async Task<bool> HasGoneBackAsync(CancellationToken ct)
    {
        var query = new ListOptions { LabelSelector = _options.LabelSelector, Limit = 1 };
        var page = await _api.ListAsync(_options.Type, _options.Namespace, query, ct);
        return ResourceVersions.IsOlder(ResourceVersions.Parse(page.ResourceVersion), _cache.Newest);
    }

    private async Task RecoverAsync(Exception e, CancellationToken ct)
    {
        _contact.Active();
        _isBehind = true;
        var pause = _backoff.Next();
        InformerLog.BrokeOff(_services.Logger, _kind, pause, e);
        if (_version is not null)
        {
            if (WatchFailures.IsExpired(e))
            {
                NeedList("expired");
            }
            else if (WatchFailures.IsPassing(e))
            {
                _isSuspicious = true;
                _services.Metrics.Resumed(_kind);
            }
            else
            {
                NeedList("broken");
            }
        }
        try
        {
            await Task.Delay(pause, _services.Time, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // RunAsync checks the token and ends.
        }
    }

    private void NeedList(string reason)
    {
        _version = null;
        InformerLog.Relisting(_services.Logger, _kind, reason);
        _services.Metrics.Relisted(_kind, reason);
    }

    private void Tell(ObjectChange<T> change)
    {
        try
        {
            Changed?.Invoke(change);
        }
        // A fault of the handler must not stop the watch.
        catch (Exception e)
        {
            InformerLog.HandlerFailed(_services.Logger, _kind, change.Key, e);
        }
    }

    private void TellUndecoded(ObjectKey key, string why)
    {
        InformerLog.Undecodable(_services.Logger, _kind, key, why);
        Undecoded?.Invoke(key, why);
    }
}
