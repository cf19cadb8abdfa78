using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The instant since which this process plans for a connector: its first plan, or when it took the connector over from another operator.
/// Only the leader plans, and a process that loses the lease ends, so it has planned ever since. Safe for concurrent use.
/// </summary>
internal sealed class PlanningStart
{
    private readonly ConcurrentDictionary<ObjectKey, DateTimeOffset> _anew = new();
    private long _ticks;

    /// <summary>The first call sets the instant.</summary>
    public DateTimeOffset Since(ObjectKey connector, DateTimeOffset now)
    {
        Interlocked.CompareExchange(ref _ticks, now.UtcTicks, 0);
        var first = new DateTimeOffset(Interlocked.Read(ref _ticks), TimeSpan.Zero);
        return _anew.TryGetValue(connector, out var since) && since > first ? since : first;
    }

    /// <summary>Another operator was in charge of the connector until now, and may have planned nothing.</summary>
    public void BeginAnew(ObjectKey connector, DateTimeOffset now) => _anew[connector] = now;

    /// <summary>The connector is gone.</summary>
    public void Forget(ObjectKey connector) => _anew.TryRemove(connector, out _);
}
