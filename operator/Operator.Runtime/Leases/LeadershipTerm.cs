namespace Operator.Runtime;

/// <summary>
/// One time of leading. It is over when it was not renewed for the deadline, by the monotonic clock: also when no timer has
/// rung yet, as after the process was stopped for a while. It never comes back to life. Safe for concurrent use.
/// </summary>
public sealed class LeadershipTerm : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _expiry;
    private readonly ITimer _drain;
    private readonly CancellationTokenRegistration _stop;
    private long _renewedAt;

    /// <param name="time">The clock.</param>
    /// <param name="options">How long the term lasts without a renewal, and how long after it was asked to stop.</param>
    /// <param name="acquiredAt">When the request was sent that took the lease: others count from later than that.</param>
    /// <param name="stopping">Cancelled when the process was asked to stop.</param>
    internal LeadershipTerm(TimeProvider time, LeaderLeaseOptions options, long acquiredAt, CancellationToken stopping)
    {
        (_time, _deadline, _renewedAt, Stopping) = (time, options.RenewDeadline, acquiredAt, stopping);
        Ended = _ended.Token;
        _expiry = time.CreateTimer(_ => End(), null, Rest, Timeout.InfiniteTimeSpan);
        _drain = time.CreateTimer(_ => End(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stop = stopping.Register(() => _drain.Change(options.DrainTime, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Cancelled when nothing new should begin: what is in flight may be finished.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Cancelled when nothing may be written any more, before anybody else can lead.</summary>
    public CancellationToken Ended { get; }

    public bool IsOver => Ended.IsCancellationRequested || Rest == TimeSpan.Zero;

    /// <summary>How long it lasts if it is not renewed.</summary>
    internal TimeSpan Rest
    {
        get
        {
            var rest = _deadline - _time.GetElapsedTime(Interlocked.Read(ref _renewedAt));
            return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        }
    }

    /// <summary>False when the term was over before the renewal was known.</summary>
    internal bool TryRenew(long sentAt)
    {
        if (IsOver)
        {
            return false;
        }
        Interlocked.Exchange(ref _renewedAt, sentAt);
        _expiry.Change(Rest, Timeout.InfiniteTimeSpan);
        return !IsOver;
    }

    internal void End() => _ended.Cancel();

    public void Dispose()
    {
        End();
        _stop.Dispose();
        _drain.Dispose();
        _expiry.Dispose();
        // The source stays: a timer that is under way, or a write that asks, may still come to it.
    }
}
