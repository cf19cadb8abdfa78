using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The instant since which this process plans: its first plan, or the last time that it stood back from a connector. Only the leader
/// plans, and a process that loses the lease ends, so it has planned ever since. Safe for concurrent use.
/// </summary>
internal sealed class PlanningStart
{
    private readonly ConcurrentDictionary<ObjectKey, DateTimeOffset> _stoodBack = new();
    private long _ticks;

    /// <summary>The first call sets the instant.</summary>
    public DateTimeOffset Since(ObjectKey connector, DateTimeOffset now)
    {
        Interlocked.CompareExchange(ref _ticks, now.UtcTicks, 0);
        var first = new DateTimeOffset(Interlocked.Read(ref _ticks), TimeSpan.Zero);
        return _stoodBack.TryGetValue(connector, out var until) && until > first ? until : first;
    }

    /// <summary>Another operator was in charge of the connector until now.</summary>
    public void StoodBack(ObjectKey connector, DateTimeOffset now) => _stoodBack[connector] = now;

    /// <summary>The connector is gone.</summary>
    public void Forget(ObjectKey connector) => _stoodBack.TryRemove(connector, out _);
}
