namespace Operator.Testing;

/// <summary>
/// Actions that the cluster runs later, ordered by due time, then by order of creation. While a late action runs, for example
/// after a long step of a fake clock, <see cref="Elapsed"/> and <see cref="UtcNow"/> show the action's due time.
/// </summary>
internal sealed class Agenda : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Lock _gate;
    private readonly PriorityQueue<Entry, (TimeSpan Due, long Order)> _entries = new();
    private readonly ITimer _timer;
    private readonly long _origin;
    private TimeSpan? _replayed;
    private long _order;

    public Agenda(TimeProvider time, Lock gate)
    {
        _time = time;
        _gate = gate;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Monotonic time since the cluster was created.</summary>
    public TimeSpan Elapsed => _replayed ?? Actual;

    public DateTimeOffset UtcNow => _time.GetUtcNow() - (Actual - Elapsed);

    private TimeSpan Actual => _time.GetElapsedTime(_origin);

    /// <summary>Runs the action after the delay, under the cluster's lock, on the timer's thread.</summary>
    public Entry After(TimeSpan delay, Action action)
    {
        lock (_gate)
        {
            var entry = new Entry(action);
            _entries.Enqueue(entry, (Elapsed + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), _order++));
            ArmLocked();
            return entry;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        lock (_gate)
        {
            while (_entries.TryPeek(out var entry, out var at) && at.Due <= Actual)
            {
                _entries.Dequeue();
                _replayed = at.Due;
                try
                {
                    entry.Run();
                }
                finally
                {
                    _replayed = null;
                }
            }
            ArmLocked();
        }
    }

    private void ArmLocked()
    {
        while (_entries.TryPeek(out var entry, out _) && entry.IsCancelled)
        {
            _entries.Dequeue();
        }
        if (_replayed is null && _entries.TryPeek(out _, out var next))
        {
            var wait = next.Due - Actual;
            // System timers count whole milliseconds: a wait rounded down fires early, again and again. A fake clock fires a
            // timer of 0 ms inside this call, while the caller is not done; so the minimum is 1 ms.
            var rounded = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));
            _timer.Change(rounded, Timeout.InfiniteTimeSpan);
        }
    }

    internal sealed class Entry(Action action)
    {
        private Action? _action = action;

        public bool IsCancelled => _action is null;

        public void Cancel() => _action = null;

        public void Run() => _action?.Invoke();
    }
}
