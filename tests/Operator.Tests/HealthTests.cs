using Operator.Testing;

namespace Operator.Tests;

/// <summary>What restarts a process: that it hangs, and not that the API server is away.</summary>
public sealed class HealthTests
{
    [Fact]
    public void A_replica_is_live_however_long_the_API_server_is_away()
    {
        using var world = new TwoReplicas("@every 1m");
        world.RunFor(TimeSpan.FromMinutes(1));
        using var outage = world.Standby.Client.Faults.Add(_ => Fault.Before(KubeErrors.ConnectionReset()));
        world.Cluster.DropWatches(WatchEnd.Broken);

        for (var minute = 0; minute < 60; minute++)
        {
            world.RunFor(TimeSpan.FromMinutes(1));
            Assert.Null(world.Standby.Health.Live());
        }
        Assert.True(world.Standby.Cache.HasSynced);
    }

    [Fact]
    public void A_replica_is_live_while_the_API_server_swallows_its_calls()
    {
        using var world = new TwoReplicas("@every 1m");
        world.RunFor(TimeSpan.FromMinutes(1));
        using var outage = world.Standby.Client.Faults.Add(_ => Fault.Lost);
        world.Cluster.DropWatches(WatchEnd.Broken);

        for (var minute = 0; minute < 60; minute++)
        {
            world.RunFor(TimeSpan.FromMinutes(1));
            Assert.Null(world.Standby.Health.Live());
        }
    }

    [Fact]
    public void A_replica_without_changes_is_live()
    {
        using var world = new TwoReplicas("0 0 1 1 *");

        for (var minute = 0; minute < 60; minute++)
        {
            world.RunFor(TimeSpan.FromMinutes(1));
            Assert.Null(world.Leader.Health.Live());
            Assert.Null(world.Standby.Health.Live());
        }
    }

    [Fact]
    public void A_replica_whose_calls_never_return_is_restarted()
    {
        using var world = new TwoReplicas("@every 1m");
        world.RunFor(TimeSpan.FromMinutes(1));

        world.Standby.Client.Kill(isSilent: true);
        world.RunFor(TimeSpan.FromMinutes(20));

        Assert.StartsWith(
            "a watch has not asked the API server for anything for ",
            world.Standby.Health.Live(),
            StringComparison.Ordinal
        );
    }
}
