using System.Diagnostics.CodeAnalysis;

namespace Operator.Runtime;

/// <summary>
/// A queue of keys: at most one worker a key, a key added while in flight comes again, the earliest of several wake-ups wins.
/// Safe for concurrent use.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue.")]
public sealed class KeyedQueue(TimeProvider time, QueueMetrics metrics, Func<double> random) : IDisposable
{
    private static readonly TimeSpan LeastBackoff = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan MostBackoff = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Queue<ObjectKey> _ready = new();
    private readonly Dictionary<ObjectKey, DateTimeOffset> _queuedSince = [];
    private readonly Dictionary<ObjectKey, long> _inFlight = [];
    private readonly HashSet<ObjectKey> _again = [];
    private readonly Dictionary<ObjectKey, Waiting> _waiting = [];
    private readonly Dictionary<ObjectKey, int> _failures = [];
    private readonly SemaphoreSlim _available = new(0);

    private sealed record Waiting(long DueAt, ITimer Timer);

    /// <summary>The longest that a worker has been busy with one key.</summary>
    public TimeSpan LongestInFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(_inFlight.Values.Min());
            }
        }
    }

    /// <summary>Asks for the key to be worked on as soon as a worker is free.</summary>
    public void Add(ObjectKey key)
    {
        lock (_gate)
        {
            AddLocked(key);
        }
    }

    /// <summary>Asks for the key after a delay; an earlier request for it stands.</summary>
    public void AddAfter(ObjectKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }
        lock (_gate)
        {
            var dueAt = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
            if (_waiting.TryGetValue(key, out var earlier))
            {
                if (earlier.DueAt <= dueAt)
                {
                    return;
                }
                earlier.Timer.Dispose();
            }
            var timer = time.CreateTimer(_ => Wake(key, dueAt), null, delay, Timeout.InfiniteTimeSpan);
            _waiting[key] = new Waiting(dueAt, timer);
        }
    }

    /// <summary>Asks for the key after its backoff, which doubles with each failure in a row. A key is never dropped.</summary>
    public void AddAfterFailure(ObjectKey key)
    {
        int failures;
        lock (_gate)
        {
            failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
        }
        metrics.Retried();
        AddAfter(key, Backoff.Delay(LeastBackoff, MostBackoff, failures, random()));
    }

    /// <summary>The key went well: its next failure starts from the least backoff.</summary>
    public void Forget(ObjectKey key)
    {
        lock (_gate)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>The next key; it is in flight until <see cref="Complete"/>.</summary>
    public async Task<ObjectKey> TakeAsync(CancellationToken ct)
    {
        await _available.WaitAsync(ct);
        lock (_gate)
        {
            var key = _ready.Dequeue();
            _queuedSince.Remove(key, out var since);
            _inFlight[key] = time.GetTimestamp();
            metrics.Taken(time.GetUtcNow() - since, _ready.Count);
            return key;
        }
    }

    /// <summary>Ends the work on a key; it is queued again if it was asked for in the meantime.</summary>
    public void Complete(ObjectKey key)
    {
        lock (_gate)
        {
            if (_inFlight.Remove(key, out var since))
            {
                metrics.Completed(time.GetElapsedTime(since));
            }
            if (_again.Remove(key))
            {
                AddLocked(key);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var waiting in _waiting.Values)
            {
                waiting.Timer.Dispose();
            }
            _waiting.Clear();
        }
        _available.Dispose();
    }

    private void AddLocked(ObjectKey key)
    {
        if (_inFlight.ContainsKey(key))
        {
            _again.Add(key);
            return;
        }
        if (_queuedSince.TryAdd(key, time.GetUtcNow()))
        {
            _ready.Enqueue(key);
            metrics.Added(_ready.Count);
            _available.Release();
        }
    }

    private void Wake(ObjectKey key, long dueAt)
    {
        lock (_gate)
        {
            // A timer that was replaced may still fire; its request was answered by the earlier one.
            if (_waiting.TryGetValue(key, out var waiting) && waiting.DueAt == dueAt)
            {
                waiting.Timer.Dispose();
                _waiting.Remove(key);
                AddLocked(key);
            }
        }
    }
}
