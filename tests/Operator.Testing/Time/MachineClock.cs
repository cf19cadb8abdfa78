namespace Operator.Testing;

/// <summary>
/// The clock of one machine. Its wall clock may be wrong and may jump; timers and timestamps stay right. The process may be
/// stopped, as by SIGSTOP: timers missed meanwhile fire one after the other when the process continues.
/// </summary>
public sealed class MachineClock(TimeProvider world) : TimeProvider
{
    private readonly List<Action> _missed = [];
    private bool _isStopped;

    /// <summary>How far the wall clock is ahead of the world's time.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => world.TimestampFrequency;
    public override TimeZoneInfo LocalTimeZone => world.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + Offset;

    public override long GetTimestamp() => world.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(s => Ring(() => callback(s)), state, dueTime, period);

    public void Stop() => _isStopped = true;

    /// <summary>Continues the process. Needs a synchronization context, such as the one of <see cref="VirtualTime.Run"/>.</summary>
    public void Continue()
    {
        _isStopped = false;
        RingMissed();
    }

    /// <summary>Fires one missed timer. Its continuations run before the next timer fires.</summary>
    private void RingMissed()
    {
        if (_missed.Count > 0)
        {
            var callback = _missed[0];
            _missed.RemoveAt(0);
            callback();
            SynchronizationContext.Current!.Post(_ => RingMissed(), null); // Continue needs a context
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
