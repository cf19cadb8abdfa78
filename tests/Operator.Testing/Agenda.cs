namespace Operator.Testing;

/// <summary>
/// What the cluster does later, in order of time and then of arrival. While something of the past is being done, as after a
/// long step of a fake clock, <see cref="Elapsed"/> and <see cref="UtcNow"/> say the instant that it was due.
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

    /// <summary>Monotonic, since the cluster was made.</summary>
    public TimeSpan Elapsed => _replayed ?? Actual;

    public DateTimeOffset UtcNow => _time.GetUtcNow() - (Actual - Elapsed);

    private TimeSpan Actual => _time.GetElapsedTime(_origin);

    /// <summary>Does it under the cluster's lock, on the timer's thread, when the delay is over.</summary>
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
            // A timer of the system counts in milliseconds: rounded down it would fire early, again and again. And one that is due
            // at once is fired by a fake clock right here, in the middle of somebody's call.
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
