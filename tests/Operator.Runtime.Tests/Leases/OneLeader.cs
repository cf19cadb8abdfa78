using Operator.Testing;

namespace Operator.Runtime.Tests.Leases;

/// <summary>Watches a cluster: whoever writes must hold the lease at that very moment.</summary>
internal sealed class OneLeader
{
    private readonly FakeCluster _cluster;

    public OneLeader(FakeCluster cluster)
    {
        _cluster = cluster;
        cluster.Changed = OnChanged;
    }

    /// <summary>Writes of those who did not hold the lease.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Who wrote, in order, each spell once.</summary>
    public List<string> Spells { get; } = [];

    private void OnChanged(ClusterChange change)
    {
        if (change.Type != CoreTypes.ConfigMaps)
        {
            return;
        }
        var holder = HolderOf(_cluster);
        if (holder.Length > 0 && holder != change.Actor)
        {
            Violations.Add($"{change.At:HH:mm:ss.fff} {change.Actor} wrote {change.Key} while {holder} had the lease");
        }
        if (Spells.LastOrDefault() != change.Actor)
        {
            Spells.Add(change.Actor);
        }
    }

    public static string HolderOf(FakeCluster cluster) =>
        cluster.Find(CoreTypes.Leases, Replica.Key) is { } lease
            ? lease.Json.GetProperty("spec").GetProperty("holderIdentity").GetString() ?? ""
            : "";
}
