using System.Diagnostics.CodeAnalysis;

namespace Operator.Runtime;

/// <summary>The two lanes of a queue. Workers take from both lanes in turn, so that neither lane starves.</summary>
public enum Lane
{
    /// <summary>The object, or an object that affects it, changed.</summary>
    Fresh,

    /// <summary>A wake-up, a retry, or a change that was found by a new list.</summary>
    Routine,
}

/// <summary>
/// A queue of keys. At most one worker has a key. A key added while in flight is queued again. The earliest of several wake-ups
/// of a key wins. No key is ever dropped. Safe for concurrent use.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "The type is a queue.")]
public sealed class KeyedQueue : IDisposable
{
    private static readonly TimeSpan LeastBackoff = TimeSpan.FromSeconds(0.5);

    /// <summary>Short, so that work goes on soon after an outage of any length.</summary>
    private static readonly TimeSpan MostBackoff = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time;
    private readonly QueueMetrics _metrics;
    private readonly Func<double> _random;
    private readonly Lock _gate = new();
    private readonly ReadyKeys _ready = new();
    private readonly WakeUps _wakeUps;
    private readonly Dictionary<ObjectKey, long> _inFlight = [];
    private readonly Dictionary<ObjectKey, Lane> _again = [];
    private readonly Dictionary<ObjectKey, int> _failures = [];
    private readonly Queue<TaskCompletionSource> _idle = new();
    private bool _isDisposed;

    /// <remarks><c>random</c> returns numbers from 0 (inclusive) to 1, for jitter.</remarks>
    public KeyedQueue(TimeProvider time, QueueMetrics metrics, Func<double> random)
    {
        (_time, _metrics, _random) = (time, metrics, random);
        _wakeUps = new WakeUps(time, Wake);
    }

    /// <summary>The longest time that a worker has been busy with its current key; zero: no key is in flight.</summary>
    public TimeSpan LongestInFlight
    {
        get
        {
            lock (_gate)
            {
                return AgesLocked().DefaultIfEmpty().Max();
            }
        }
    }

    /// <summary>The longest time that a key has waited for a worker; zero: no key waits.</summary>
    public TimeSpan OldestWaiting
    {
        get
        {
            lock (_gate)
            {
                return _ready.OldestSince is { } since ? _time.GetElapsedTime(since) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Queues the key in the fresh lane.</summary>
    public void Add(ObjectKey key) => Add(key, Lane.Fresh);

    public void Add(ObjectKey key, Lane lane)
    {
        lock (_gate)
        {
            AddLocked(key, lane, _time.GetTimestamp());
        }
    }

    /// <summary>Queues the key after a delay, unless an earlier wake-up of the key exists.</summary>
    public void AddAfter(ObjectKey key, TimeSpan delay)
    {
        lock (_gate)
        {
            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key, Lane.Routine, _time.GetTimestamp());
            }
            else if (!_isDisposed)
            {
                _wakeUps.Schedule(key, delay);
            }
        }
    }

    /// <summary>
    /// Queues the key after its backoff. The backoff doubles with each failure in a row, from 0.5 s to 15 s, with jitter.
    /// </summary>
    public void AddAfterFailure(ObjectKey key) => AddAfterFailure(key, atLeast: TimeSpan.Zero);

    /// <summary>Queues the key after its backoff, but not before <paramref name="atLeast"/>, such as a server's Retry-After.</summary>
    public void AddAfterFailure(ObjectKey key, TimeSpan atLeast)
    {
        int failures;
        lock (_gate)
        {
            failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
        }
        _metrics.Retried();
        var backoff = Backoff.Delay(LeastBackoff, MostBackoff, failures, _random());
        AddAfter(key, backoff > atLeast ? backoff : atLeast);
    }

    /// <summary>Resets the key's failures after a success: its next failure starts with the shortest backoff.</summary>
    public void Forget(ObjectKey key)
    {
        lock (_gate)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>Waits for the next key and returns it; the key is in flight until <see cref="Complete"/>.</summary>
    public async Task<ObjectKey> TakeAsync(CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var call = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                if (_ready.Count > 0)
                {
                    return TakeLocked();
                }
                _idle.Enqueue(call);
            }
            using var cancellation = ct.Register(() => call.TrySetCanceled(ct));
            await call.Task;
        }
    }

    /// <summary>Ends the work on a key. The key is queued again if it was added in the meantime.</summary>
    public void Complete(ObjectKey key)
    {
        lock (_gate)
        {
            if (_inFlight.Remove(key, out var since))
            {
                _metrics.Completed(_time.GetElapsedTime(since));
            }
            if (_again.Remove(key, out var lane))
            {
                AddLocked(key, lane, _time.GetTimestamp());
            }
        }
    }

    /// <summary>Updates the metrics that change only with time; call it before each scrape.</summary>
    public void RefreshMetrics()
    {
        var oldest = OldestWaiting;
        lock (_gate)
        {
            _metrics.Ages(oldest, [.. AgesLocked()]);
        }
    }

    /// <summary>After this, the queue ignores new keys; its methods do not throw.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _wakeUps.Dispose();
        }
    }

    private void AddLocked(ObjectKey key, Lane lane, long since)
    {
        if (_isDisposed)
        {
            return;
        }
        if (_inFlight.ContainsKey(key))
        {
            _again[key] = _again.TryGetValue(key, out var asked) && asked < lane ? asked : lane;
        }
        else if (_ready.TryAdd(key, lane, since))
        {
            _metrics.Added(_ready.Count);
            CallOneLocked();
        }
    }

    /// <summary>Wakes one waiting worker; skips workers whose wait was cancelled.</summary>
    private void CallOneLocked()
    {
        while (_idle.TryDequeue(out var call) && !call.TrySetResult()) { }
    }

    private ObjectKey TakeLocked()
    {
        var (key, since) = _ready.Take();
        _inFlight[key] = _time.GetTimestamp();
        _metrics.Taken(_time.GetElapsedTime(since), _ready.Count);
        return key;
    }

    private void Wake()
    {
        lock (_gate)
        {
            // A timer callback may run after the queue was disposed; then it does nothing.
            foreach (var (key, dueAt) in _isDisposed ? [] : _wakeUps.TakeDue())
            {
                AddLocked(key, Lane.Routine, dueAt);
            }
        }
    }

    private IEnumerable<TimeSpan> AgesLocked() => _inFlight.Values.Select(since => _time.GetElapsedTime(since));
}
