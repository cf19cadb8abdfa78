namespace Operator.Runtime;

/// <summary>
/// How long a lease is missing that was there before. It was deleted; its holder may still lead until the lease would have expired,
/// and may create it again between two of our reads.
/// </summary>
internal sealed class LeaseAbsence(LeaderLeaseOptions options, TimeProvider time)
{
    private long? _since;
    private long _seenAt;

    /// <summary>The lease was seen, or it is unknown whether it is there.</summary>
    public void End() => _since = null;

    /// <summary>The lease is missing now. True: a holder that we can't see may still lead.</summary>
    public bool MayHideHolder()
    {
        var now = time.GetTimestamp();
        if (_since is null || time.GetElapsedTime(_seenAt, now) > 3 * options.RetryPeriod)
        {
            _since = now;
        }
        _seenAt = now;
        return time.GetElapsedTime(_since.Value, now) <= options.Duration;
    }
}
