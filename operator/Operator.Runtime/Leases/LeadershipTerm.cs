namespace Operator.Runtime;

/// <summary>
/// One period of leadership. It is over when the renew deadline has passed since the last renewal, by the monotonic clock. This
/// holds also before a timer fires, for example after the process was suspended. An ended term never starts again. Safe for
/// concurrent use.
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
    /// <param name="options">How long the term lasts without a renewal, and after <paramref name="stopping"/>.</param>
    /// <param name="acquiredAt">
    /// Timestamp when the request that took the lease was sent. Other replicas measure the duration from a later time.
    /// </param>
    /// <param name="stopping">Cancelled when the process must stop.</param>
    internal LeadershipTerm(TimeProvider time, LeaderLeaseOptions options, long acquiredAt, CancellationToken stopping)
    {
        (_time, _deadline, _renewedAt, Stopping) = (time, options.RenewDeadline, acquiredAt, stopping);
        Ended = _ended.Token;
        _expiry = time.CreateTimer(_ => End(), null, Rest, Timeout.InfiniteTimeSpan);
        _drain = time.CreateTimer(_ => CutOff(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stop = stopping.Register(() => _drain.Change(options.DrainTime, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Cancelled when no new work may begin; running work may finish.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Cancelled when this replica may not write any more; this is before another replica can lead.</summary>
    public CancellationToken Ended { get; }

    public bool IsOver => Ended.IsCancellationRequested || Rest == TimeSpan.Zero;

    /// <summary>How long the term lasts if it is not renewed.</summary>
    internal TimeSpan Rest
    {
        get
        {
            var rest = _deadline - _time.GetElapsedTime(Interlocked.Read(ref _renewedAt));
            return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        }
    }

    /// <summary>Extends the term. False: the term ended before the renewal was known.</summary>
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

    /// <summary>The term was ended while it could be renewed: the drain time is over, and work still ran.</summary>
    internal bool IsCutOff { get; private set; }

    internal void End() => _ended.Cancel();

    private void CutOff()
    {
        // Set first: whoever sees the end of the term must see its cause, too.
        IsCutOff = !IsOver;
        End();
    }

    public void Dispose()
    {
        End();
        _stop.Dispose();
        _drain.Dispose();
        _expiry.Dispose();
        // _ended is not disposed: a running timer callback or a write may still use it.
    }
}
