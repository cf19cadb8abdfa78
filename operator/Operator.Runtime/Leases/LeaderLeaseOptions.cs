namespace Operator.Runtime;

public sealed record LeaderLeaseOptions
{
    public required ObjectKey Key { get; init; }

    /// <summary>
    /// Our name in the lease. It must be unique among all processes, also on one host: a process treats every lease with its own
    /// identity as its own.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>How long other replicas wait for a holder that does not renew; whole seconds. Default 15 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A holder stops leading after this time without renewal. Shorter than <see cref="Duration"/>. Default 10 s.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two attempts to renew the lease. Default 2 s.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time between two looks at the lease of another holder; at most <see cref="RetryPeriod"/>. It bounds how long a released lease
    /// stays unused. Default 1 s.
    /// </summary>
    public TimeSpan LookPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long running work may continue at shutdown. Default 15 s.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the release of the lease is tried at shutdown. Default 4 s.</summary>
    public TimeSpan ReleaseTime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// The longest time from the wish to stop to the end: the drain, late writes of work that was cut off, and the last try to release.
    /// </summary>
    public TimeSpan LongestStop => DrainTime + LongestWrite + (1.5 * ReleaseTime);

    /// <summary>A write that begins in a term and takes at most this time ends before another replica can lead.</summary>
    public TimeSpan LongestWrite => Duration - RenewDeadline;

    /// <exception cref="InvalidOperationException">
    /// The times are not in the order 0 &lt; look &lt;= retry &lt; renew &lt; duration, or the duration is not in whole seconds.
    /// </exception>
    internal LeaderLeaseOptions Checked()
    {
        var isOrdered =
            TimeSpan.Zero < LookPeriod
            && LookPeriod <= RetryPeriod
            && RetryPeriod < RenewDeadline
            && RenewDeadline < Duration;
        var isWhole = Duration.Ticks % TimeSpan.TicksPerSecond == 0;
        return isOrdered && isWhole
            ? this
            : throw new InvalidOperationException(
                $"cannot use lease {Key}: set 0 < look period ({LookPeriod}) <= retry period ({RetryPeriod}) < renew deadline ({RenewDeadline}) < duration ({Duration}), and the duration in whole seconds"
            );
    }
}
