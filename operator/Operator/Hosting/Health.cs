using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Hosting;

/// <summary>
/// Live: the loops of watches and lease make attempts, and no worker hangs; one that is busy with a slow server does not. Whether the attempts succeed says nothing about this
/// process: while the API server is away, a restart would only cost the caches. Ready: the caches are synced.
/// </summary>
internal sealed class Health(ClusterCache cache, LeaderLease lease, Strides strides)
{
    /// <summary>Longer than a watch without an event may last: its timeout and overtime.</summary>
    private static readonly TimeSpan MostWatchIdle = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan MostLeaseAge = TimeSpan.FromMinutes(1);

    /// <summary>Longer than any call to the API server, with its retries.</summary>
    private static readonly TimeSpan MostPause = TimeSpan.FromMinutes(5);

    /// <summary>The reason why the process is not live; null: it is live.</summary>
    public string? Live()
    {
        if (cache.Idle > MostWatchIdle)
        {
            return $"a watch has not asked the API server for anything for {cache.Idle}";
        }
        if (lease.Age > MostLeaseAge)
        {
            return $"the lease loop has not run for {lease.Age}";
        }
        return strides.LongestPause > MostPause ? $"a reconcile has made no step for {strides.LongestPause}" : null;
    }

    /// <summary>The reason why the process is not ready; null: it is ready.</summary>
    public string? Ready() => cache.HasSynced ? null : "the caches are not synced yet";
}
