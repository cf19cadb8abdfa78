namespace Operator.Runtime.Tests;

/// <summary>
/// The time of one node: its wall clock may be off, and its process may be stopped, as by SIGSTOP. Then its timers ring late,
/// one after the other when it goes on; its monotonic clock does not stop.
/// </summary>
internal sealed class NodeTime(TimeProvider world, TimeSpan skew) : TimeProvider
{
    private readonly List<Action> _missed = [];
    private bool _isStopped;

    public override long TimestampFrequency => world.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + skew;

    public override long GetTimestamp() => world.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(s => Ring(() => callback(s)), state, dueTime, period);

    public void Stop() => _isStopped = true;

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
