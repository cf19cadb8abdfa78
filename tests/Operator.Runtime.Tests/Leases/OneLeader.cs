using Operator.Testing;

namespace Operator.Runtime.Tests.Leases;

/// <summary>Checks every write in a cluster: the writer must hold the lease at the time of the write.</summary>
internal sealed class OneLeader
{
    private readonly FakeCluster _cluster;

    public OneLeader(FakeCluster cluster)
    {
        _cluster = cluster;
        cluster.Changed = OnChanged;
    }

    /// <summary>Writes while another replica held the lease.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>The writers in order; consecutive writes of one writer count once.</summary>
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
