using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>The leader is asked to stop, as in a rolling update, and the other replica goes on.</summary>
public sealed class HandoverTests
{
    private static readonly ObjectKey Lease = new("operator-system", "marketplace-operator");

    [Fact]
    public void The_process_ends_only_after_its_lease_is_released()
    {
        using var world = new TwoReplicas("@every 10s");
        world.RunFor(TimeSpan.FromSeconds(30));
        world.Leader.ReleaseClient.Faults.Add(_ => Fault.Late(TimeSpan.FromSeconds(1)));
        var leader = HolderOf(world);

        world.Leader.Stop();
        var steps = 0;
        for (; steps < 100 && !world.Leader.HasEnded; steps++)
        {
            world.RunFor(TimeSpan.FromMilliseconds(100));
        }

        Assert.Null(world.Leader.Failure);
        Assert.InRange(steps, 10, 30);
        Assert.NotEqual(leader, HolderOf(world));
    }

    [Fact]
    public void Reconciles_in_flight_end_first_and_the_other_replica_plans_within_three_seconds()
    {
        using var world = new TwoReplicas("@every 10s");
        world.RunFor(TimeSpan.FromSeconds(35));
        // The reconcile of the next due time is under way when the stop comes.
        world.Leader.Client.Faults.Add(r => r.IsWrite ? Fault.Late(TimeSpan.FromSeconds(1)) : null);
        world.RunFor(TimeSpan.FromSeconds(5.2));
        var late = 0;
        world.Cluster.Changed += change => late += IsLate(world, change) ? 1 : 0;

        world.Leader.Stop();
        var (made, waited) = (world.Made.Count, TimeSpan.Zero);
        for (; waited < TimeSpan.FromSeconds(20) && !IsHeldBy(world, "operator-2"); waited += TimeSpan.FromSeconds(0.1))
        {
            world.RunFor(TimeSpan.FromSeconds(0.1));
        }
        world.RunFor(TimeSpan.FromMinutes(1));

        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(6));
        Assert.Equal(0, late);
        Assert.True(world.Leader.HasEnded);
        Assert.InRange(world.Made.Count, made + 5, made + 7);
        Assert.Equal(world.Made.Count, world.Made.Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>A write of the former leader after its lease was free.</summary>
    private static bool IsLate(TwoReplicas world, ClusterChange change) =>
        change.Actor == "operator-1" && change.Type != CoreTypes.Leases && !IsHeldBy(world, "operator-1");

    private static bool IsHeldBy(TwoReplicas world, string name) =>
        HolderOf(world).StartsWith($"{name}_", StringComparison.Ordinal);

    private static string HolderOf(TwoReplicas world) =>
        world.Cluster.Find(CoreTypes.Leases, Lease)!.Json.GetProperty("spec").GetProperty("holderIdentity").GetString() // a replica made it
        ?? "";
}
