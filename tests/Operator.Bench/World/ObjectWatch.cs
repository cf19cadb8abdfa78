using Operator.Runtime;

namespace Operator.Bench.World;

/// <summary>One event, and when the bench saw it, as a timestamp of the TimeProvider.</summary>
internal sealed record Sighting(WatchEvent Event, KubeObject Object, long At);

/// <summary>
/// Watches one kind in one namespace from now on and calls <c>seen</c> with each event, in order. Conditions are checked after each
/// event, so that waiting needs no polling.
/// </summary>
internal sealed class ObjectWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<Awaited> _awaited = [];
    private readonly TimeProvider _time;
    private readonly string _what;
    private Task _watching = Task.CompletedTask;
    private Exception? _failure;

    private ObjectWatch(TimeProvider time, string what) => (_time, _what) = (time, what);

    private sealed record Awaited(Func<bool> Condition, TaskCompletionSource Met);

    public static async Task<ObjectWatch> StartAsync(
        BenchCluster cluster,
        ResourceType type,
        string ns,
        Action<Sighting> seen,
        CancellationToken ct
    )
    {
        var page = await cluster.Api.ListAsync(type, ns, new ListOptions { Limit = 1 }, ct);
        var watch = new ObjectWatch(cluster.Time, $"{type.Plural} of {ns}");
        watch._watching = watch.RunAsync(cluster.Api, type, ns, page.ResourceVersion, seen);
        return watch;
    }

    /// <summary>Waits until the condition is true. It may read what <c>seen</c> wrote.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan limit, Func<string> what, CancellationToken ct)
    {
        var awaited = new Awaited(
            condition,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw Broken(_failure);
            }
            if (condition())
            {
                return;
            }
            _awaited.Add(awaited);
        }
        try
        {
            await awaited.Met.Task.WaitAsync(limit, _time, ct);
        }
        catch (TimeoutException)
        {
            throw new BenchException($"gave up after {limit.TotalSeconds:0} s waiting for {what()}");
        }
    }

    /// <summary>Reads what <c>seen</c> wrote, under its lock.</summary>
    /// <exception cref="BenchException">The watch broke, so that events are missing.</exception>
    public T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return _failure is null ? read() : throw Broken(_failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private BenchException Broken(Exception failure) => new($"the watch of {_what} broke: {failure.Message}");

    private async Task RunAsync(IKubeApi api, ResourceType type, string ns, string from, Action<Sighting> seen)
    {
        try
        {
            // The server ends a watch whose reader is behind, and one of a kind whose definition changes. It goes on from where it was.
            while (true)
            {
                var options = new WatchOptions { ResourceVersion = from, Timeout = TimeSpan.FromHours(1) };
                await foreach (var change in api.WatchAsync(type, ns, options, _stop.Token))
                {
                    Tell(change, seen);
                    from = new KubeObject(change.Item).ResourceVersion;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Fail(new BenchException("the watch was stopped"));
        }
        // Any exception goes to the callers that wait for an event.
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Tell(WatchEvent change, Action<Sighting> seen)
    {
        if (change.Kind == WatchKind.Error)
        {
            throw new BenchException($"the server said {change.Item.GetRawText()}");
        }
        if (change.Kind == WatchKind.Bookmark)
        {
            return;
        }
        var at = _time.GetTimestamp();
        lock (_gate)
        {
            seen(new Sighting(change, new KubeObject(change.Item), at));
            foreach (var met in _awaited.Where(a => a.Condition()).ToList())
            {
                _awaited.Remove(met);
                met.Met.SetResult();
            }
        }
    }

    private void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure = failure;
            foreach (var awaited in _awaited)
            {
                awaited.Met.SetException(new BenchException($"the watch of {_what} broke: {failure.Message}"));
            }
            _awaited.Clear();
        }
    }
}
