namespace Operator.Testing;

/// <summary>
/// One machine's clock. Its wall clock may be off and may jump; timers and timestamps do not. Its process may be stopped, as by
/// SIGSTOP: then its timers ring late, one after the other when it goes on.
/// </summary>
public sealed class MachineClock(TimeProvider world) : TimeProvider
{
    private readonly List<Action> _missed = [];
    private bool _isStopped;

    /// <summary>How far the wall clock is ahead.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => world.TimestampFrequency;
    public override TimeZoneInfo LocalTimeZone => world.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + Offset;

    public override long GetTimestamp() => world.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(s => Ring(() => callback(s)), state, dueTime, period);

    public void Stop() => _isStopped = true;

    /// <summary>Only in a synchronization context, such as that of <see cref="VirtualTime.Run"/>.</summary>
    public void Continue()
    {
        _isStopped = false;
        RingMissed();
    }

    /// <summary>What a timer sets going runs before the next timer rings.</summary>
    private void RingMissed()
    {
        if (_missed.Count > 0)
        {
            var callback = _missed[0];
            _missed.RemoveAt(0);
            callback();
            SynchronizationContext.Current!.Post(_ => RingMissed(), null); // stories run in a context
        }
    }

    private void Ring(Action callback)
    {
        if (_isStopped)
        {
            _missed.Add(callback);
        }
        else
        {
            callback();
        }
    }
}
