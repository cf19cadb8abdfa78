namespace Operator.Tests.Simulation;

/// <summary>
/// Time that stands still until it is moved. Timers fire one by one on the mover's thread, in order of due time and then of
/// their making, so that the same world has the same history. Not safe for concurrent use.
/// </summary>
internal sealed class VirtualTime(DateTimeOffset origin) : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private long _now;
    private long _order;

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

/// <summary>One machine's clock: the wall clock may be off and may jump, timers and timestamps do not.</summary>
internal sealed class MachineClock(VirtualTime time) : TimeProvider
{
    /// <summary>How far the wall clock is ahead.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;
    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override long GetTimestamp() => time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
