using Operator.Planning.Facts;

namespace Operator.Planning.Tests;

public sealed class AwaitedPodsTests
{
    [Fact]
    public void A_pod_that_left_is_remembered_until_its_run_is_in_the_record()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        world.Run(TimeSpan.FromSeconds(30), w => w.Runs.Count >= 4);
        var before = world.Record;
        world.DeleteAllPods();
        var pods = world.Observe().Pods;

        var settledBefore = AwaitedPods.Settled(world.Connector.Metadata, before, pods);
        world.Run(TimeSpan.FromMinutes(1));
        var settledAfter = AwaitedPods.Settled(world.Connector.Metadata, world.Record, pods);

        var running = before.Plan("orders").Entries.Count(e => e.Result is null);
        Assert.NotEqual(0, running);
        Assert.Equal(pods.Length - running, settledBefore.Length);
        Assert.Equal(pods.Length, settledAfter.Length);
    }

    [Fact]
    public void Before_a_run_is_called_lost_its_pod_is_looked_for()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(30), w => w.Runs.Count >= 4);
        var seen = world.Observe() with { Pods = [] };
        var open = world.Record.Plan("orders").Entries.Count(e => e.Result is null);

        var inTime = AwaitedPods.Unseen("amazon-eu", world.Record, seen);
        var late = AwaitedPods.Unseen("amazon-eu", world.Record, seen with { Now = seen.Now.AddMinutes(1) });

        Assert.NotEqual(0, open);
        Assert.Empty(inTime);
        Assert.Equal(open, late.Length);
    }

    [Fact]
    public void A_name_that_somebody_else_has_costs_its_stores_no_sync()
    {
        var world = A.SettledWorld();
        var missed = world.Record.Plan("orders").MissedStoreSyncs;

        world.OccupyNextName();
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Contains(world.Ended, e => e.Ending.Reason == Reasons.ForeignPod);
        Assert.Equal(missed, world.Record.Plan("orders").MissedStoreSyncs);
    }
}
