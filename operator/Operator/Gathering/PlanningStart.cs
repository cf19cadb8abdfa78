namespace Operator.Gathering;

/// <summary>
/// The instant of the first plan of this process. Only the leader plans, and a process that loses the lease ends, so it has
/// planned ever since. Safe for concurrent use.
/// </summary>
internal sealed class PlanningStart
{
    private long _ticks;

    /// <summary>The first call sets the instant.</summary>
    public DateTimeOffset Since(DateTimeOffset now)
    {
        Interlocked.CompareExchange(ref _ticks, now.UtcTicks, 0);
        return new DateTimeOffset(Interlocked.Read(ref _ticks), TimeSpan.Zero);
    }
}
