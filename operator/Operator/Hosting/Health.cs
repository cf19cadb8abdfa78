using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Hosting;

/// <summary>Live: watches get answers, the lease loop runs, and no worker hangs. Ready: the caches are synced.</summary>
internal sealed class Health(ClusterCache cache, LeaderLease lease, KeyedQueue queue)
{
    /// <summary>Longer than the timeout of a watch plus its overtime.</summary>
    private static readonly TimeSpan MostWatchAge = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan MostLeaseAge = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostReconcile = TimeSpan.FromMinutes(5);

    /// <summary>The reason why the process is not live; null: it is live.</summary>
    public string? Live()
    {
        if (cache.HasSynced && cache.Age > MostWatchAge)
        {
            return $"a watch has received nothing for {cache.Age}";
        }
        if (lease.Age > MostLeaseAge)
        {
            return $"the lease loop has not run for {lease.Age}";
        }
        return queue.LongestInFlight > MostReconcile ? $"a reconcile has run for {queue.LongestInFlight}" : null;
    }

    /// <summary>The reason why the process is not ready; null: it is ready.</summary>
    public string? Ready() => cache.HasSynced ? null : "the caches are not synced yet";
}
