using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Hosting;

/// <summary>Alive: watches are heard of, the lease loop goes round, no worker hangs. Ready: the caches are synced.</summary>
internal sealed class Health(ClusterCache cache, LeaderLease lease, KeyedQueue queue)
{
    /// <summary>Longer than a watch that the server ends by itself, with its watchdog.</summary>
    private static readonly TimeSpan MostWatchAge = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan MostLeaseAge = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostReconcile = TimeSpan.FromMinutes(5);

    /// <summary>What is wrong, or null.</summary>
    public string? Live()
    {
        if (cache.HasSynced && cache.Age > MostWatchAge)
        {
            return $"a watch has been silent for {cache.Age}";
        }
        if (lease.Age > MostLeaseAge)
        {
            return $"the lease loop has not gone round for {lease.Age}";
        }
        return queue.LongestInFlight > MostReconcile ? $"a reconcile has run for {queue.LongestInFlight}" : null;
    }

    /// <summary>What is missing, or null.</summary>
    public string? Ready() => cache.HasSynced ? null : "the caches are not synced yet";
}
