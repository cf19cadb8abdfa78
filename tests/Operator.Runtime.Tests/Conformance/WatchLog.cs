namespace Operator.Runtime.Tests.Conformance;

/// <summary>Runs one watch and keeps its events.</summary>
internal sealed class WatchLog : IAsyncDisposable
{
    private readonly ConformanceWorld _world;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<WatchEvent> _events = [];
    private readonly Task _reading;

    private WatchLog(ConformanceWorld world, ResourceType type, WatchOptions options)
    {
        _world = world;
        _reading = ReadAsync(type, options);
    }

    public static WatchLog Start(ConformanceWorld world, ResourceType type, WatchOptions options) =>
        new(world, type, options);

    public IReadOnlyList<WatchEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>The events except bookmarks, as "ADDED name".</summary>
    public IReadOnlyList<string> Changes =>
        [
            .. Events
                .Where(e => e.Kind is not WatchKind.Bookmark)
                .Select(e => $"{e.Kind.ToString().ToUpperInvariant()} {new KubeObject(e.Item).Name}"),
        ];

    /// <summary>Whether the server has ended the stream.</summary>
    public bool HasEnded => _reading.IsCompleted;

    public Task UntilAsync(Func<WatchLog, bool> isEnough, string what) =>
        _world.UntilAsync(
            () =>
            {
                if (_reading.IsFaulted)
                {
                    return Task.FromException<bool>(_reading.Exception!.InnerException!); // a faulted task has an exception
                }
                return Task.FromResult(isEnough(this));
            },
            what
        );

    public Task UntilAsync(int changes) =>
        UntilAsync(log => log.Changes.Count >= changes, $"{changes} changes (there are: {string.Join(", ", Changes)})");

    /// <summary>Waits for the end of the watch and returns the error that refused or broke it; null when there is none.</summary>
    public async Task<Exception?> FailureAsync()
    {
        await _world.UntilAsync(() => Task.FromResult(HasEnded), "the end of the watch");
        return _reading.Exception?.InnerException;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _reading;
        }
        catch (Exception e) when (e is OperationCanceledException or KubeApiException)
        {
            // This class stopped the watch, or the test already checked the refusal.
        }
        _stop.Dispose();
    }

    private async Task ReadAsync(ResourceType type, WatchOptions options)
    {
        await foreach (var change in _world.Api.WatchAsync(type, _world.Namespace, options, _stop.Token))
        {
            lock (_events)
            {
                _events.Add(change);
            }
        }
    }
}
