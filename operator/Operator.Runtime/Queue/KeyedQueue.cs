using System.Diagnostics.CodeAnalysis;

namespace Operator.Runtime;

/// <summary>Which of two lines a key waits in. Both are served in turn, so that neither starves the other.</summary>
public enum Lane
{
    /// <summary>Something has changed.</summary>
    Fresh,

    /// <summary>A wake-up, a retry, or one of many keys that are looked at because a list was read.</summary>
    Routine,
}

/// <summary>
/// A queue of keys: at most one worker a key, a key added while in flight comes again, the earliest of several wake-ups wins, and
/// nothing is ever dropped. Safe for concurrent use.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue.")]
public sealed class KeyedQueue : IDisposable
{
    private static readonly TimeSpan LeastBackoff = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan MostBackoff = TimeSpan.FromMinutes(5);

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

    /// <remarks><c>random</c> gives numbers from 0 up to 1, for jitter.</remarks>
    public KeyedQueue(TimeProvider time, QueueMetrics metrics, Func<double> random)
    {
        (_time, _metrics, _random) = (time, metrics, random);
        _wakeUps = new WakeUps(time, Wake);
    }

    /// <summary>The longest that a worker has been busy with one key.</summary>
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

    /// <summary>How long the key that has waited longest for a worker has waited.</summary>
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

    /// <summary>Asks for the key to be worked on as soon as a worker is free.</summary>
    public void Add(ObjectKey key) => Add(key, Lane.Fresh);

    public void Add(ObjectKey key, Lane lane)
    {
        lock (_gate)
        {
            AddLocked(key, lane, _time.GetTimestamp());
        }
    }

    /// <summary>Asks for the key after a delay; an earlier request for it stands.</summary>
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

    /// <summary>Asks for the key after its backoff, which doubles with each failure in a row, from 0.5 s to 5 min with jitter.</summary>
    public void AddAfterFailure(ObjectKey key) => AddAfterFailure(key, atLeast: TimeSpan.Zero);

    /// <summary>The same, but not before a busy server wants to be asked again.</summary>
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

    /// <summary>Ends the work on a key; it is queued again if it was asked for in the meantime.</summary>
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

    /// <summary>Brings those metrics up to date that change by waiting alone: to be called before they are read.</summary>
    public void RefreshMetrics()
    {
        var oldest = OldestWaiting;
        lock (_gate)
        {
            _metrics.Ages(oldest, [.. AgesLocked()]);
        }
    }

    /// <summary>From now on the queue takes nothing in; nothing it does can fail because of that.</summary>
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

    /// <summary>A worker whose wait was cancelled does not answer; then the next one is called.</summary>
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
            // A timer that was under way when the queue was disposed finds nothing to do.
            foreach (var (key, dueAt) in _isDisposed ? [] : _wakeUps.TakeDue())
            {
                AddLocked(key, Lane.Routine, dueAt);
            }
        }
    }

    private IEnumerable<TimeSpan> AgesLocked() => _inFlight.Values.Select(since => _time.GetElapsedTime(since));
}
