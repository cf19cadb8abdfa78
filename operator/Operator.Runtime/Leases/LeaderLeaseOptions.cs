namespace Operator.Runtime;

public sealed record LeaderLeaseOptions
{
    public required ObjectKey Key { get; init; }

    /// <summary>
    /// Who we are; unique among all processes, also those of one host: a lease that carries our identity and was not taken by
    /// this process would be taken for ours.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>How long others wait for a holder that is silent; whole seconds. Default 15 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A holder that could not renew for this long stops leading. Shorter than <see cref="Duration"/>. Default 10 s.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From one attempt to the next. Default 2 s.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>At shutdown, how long work in flight may go on. Default 15 s.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A write that begins within a term and takes no longer than this ends before anybody else can lead.</summary>
    public TimeSpan LongestWrite => Duration - RenewDeadline;

    /// <exception cref="InvalidOperationException">The times do not fit each other.</exception>
    internal LeaderLeaseOptions Checked()
    {
        var isOrdered = TimeSpan.Zero < RetryPeriod && RetryPeriod < RenewDeadline && RenewDeadline < Duration;
        var isWhole = Duration.Ticks % TimeSpan.TicksPerSecond == 0;
        return isOrdered && isWhole
            ? this
            : throw new InvalidOperationException(
                $"lease {Key}: retry period {RetryPeriod} < renew deadline {RenewDeadline} < duration {Duration} does not hold, or the duration is not in whole seconds"
            );
    }
}
