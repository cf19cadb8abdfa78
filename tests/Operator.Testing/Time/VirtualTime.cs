namespace Operator.Testing;

/// <summary>
/// Time that stands still until it is moved. Timers fire one by one on the mover's thread, in order of due time and then of
/// their making, so that the same world has the same history. Not safe for concurrent use.
/// </summary>
public sealed class VirtualTime(DateTimeOffset origin) : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private long _now;
    private long _order;

    /// <summary>For tests to which no date matters.</summary>
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

    /// <summary>Moves to the next timer that is due by then and fires it; false: none was, and it is then.</summary>
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

    /// <summary>Moves on, and fires on the way what is due.</summary>
    public void Advance(TimeSpan time)
    {
        var until = Elapsed + time;
        while (FireNext(until)) { }
    }

    /// <summary>
    /// Runs asynchronous code to its end in this thread: time moves only when nothing can go on without it, so every run of a
    /// test is the same run. Nothing of it may go to another thread, as <c>CancelAsync</c> does.
    /// </summary>
    /// <exception cref="TimeoutException">It takes longer than <paramref name="most"/> of virtual time (a day).</exception>
    /// <exception cref="InvalidOperationException">Something of it ran in another thread.</exception>
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
        task.GetAwaiter().GetResult(); // it has ended: only its exception is asked for
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

        /// <summary>False for an instant that was changed or disposed of in the meantime.</summary>
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
