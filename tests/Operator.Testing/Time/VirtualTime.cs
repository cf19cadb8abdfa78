namespace Operator.Testing;

/// <summary>
/// A clock that moves only when a test moves it. Timers fire one by one on the calling thread, ordered by due time, then by the
/// order in which they were set. So the same world always has the same history. Not safe for concurrent use.
/// </summary>
public sealed class VirtualTime(DateTimeOffset origin) : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private long _now;
    private long _order;

    /// <summary>For tests that need no special date.</summary>
    public VirtualTime()
        : this(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero)) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => origin.AddTicks(_now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Fires the next timer due up to the given time. False: no timer was due, and time is now <c>until</c>.</summary>
    public bool FireNext(TimeSpan until)
    {
        while (_timers.TryPeek(out var timer, out var at) && at.Due <= until.Ticks)
        {
            _timers.Dequeue();
            if (timer.IsDueAt(at.Order))
            {
                _now = Math.Max(_now, at.Due);
                timer.Fire();
                return true;
            }
        }
        _now = Math.Max(_now, until.Ticks);
        return false;
    }

    /// <summary>Moves the time forward and fires all timers that become due.</summary>
    public void Advance(TimeSpan time)
    {
        var until = Elapsed + time;
        while (FireNext(until)) { }
    }

    /// <summary>
    /// Runs asynchronous code to its end on this thread. Time moves only when all code waits for it, so every run of a test is the
    /// same. The code must not use another thread; <c>CancelAsync</c> does, so do not call it.
    /// </summary>
    /// <exception cref="TimeoutException">The code takes longer than <paramref name="most"/>; null: 1 virtual day.</exception>
    /// <exception cref="InvalidOperationException">A part of the code ran on another thread.</exception>
    public void Run(Func<Task> story, TimeSpan? most = null)
    {
        var (pump, end) = (new Pump(), Elapsed + (most ?? TimeSpan.FromDays(1)));
        var task = pump.Run(story);
        do
        {
            pump.Drain();
        } while (!task.IsCompleted && pump.Run(() => FireNext(end)));
        if (pump.Trespass is { } trespass)
        {
            throw new InvalidOperationException($"the story left its thread: {trespass}");
        }
        if (!task.IsCompleted)
        {
            throw new TimeoutException("the story has not ended in time");
        }
        task.GetAwaiter().GetResult(); // the task has ended; this throws its exception
    }

    /// <summary>Waits in virtual time until the condition holds.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), this);
        }
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private const long Never = -1;
        private long _current = Never;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        /// <summary>False when the timer was changed or disposed after it was set for this order.</summary>
        public bool IsDueAt(long order) => _current == order;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                _current = Never;
                return true;
            }
            _current = time._order++;
            time._timers.Enqueue(this, (time._now + Math.Max(0, dueTime.Ticks), _current));
            return true;
        }

        public void Fire()
        {
            _current = Never;
            if (_period > TimeSpan.Zero)
            {
                Change(_period, _period);
            }
            callback(state);
        }

        public void Dispose() => _current = Never;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
