using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>What a replica that does not lead remembers.</summary>
public sealed class StandbyTests
{
    [Fact]
    public void A_standby_stays_flat_while_pods_come_and_go()
    {
        using var world = new TwoReplicas("@every 10s");
        world.RunFor(TimeSpan.FromMinutes(10));
        var (afterTen, made) = (world.Standby.Cache.PodsKept, world.Made.Count);

        world.RunFor(TimeSpan.FromMinutes(30));

        Assert.InRange(world.Made.Count, made + 150, made + 200);
        Assert.InRange(world.Standby.Cache.PodsKept, 1, afterTen + 2);
        Assert.InRange(world.Leader.Cache.PodsKept, 1, 20);
    }

    [Fact]
    public void Runs_that_ended_and_whose_pods_were_deleted_while_nobody_led_are_folded_and_not_started_again()
    {
        using var world = new TwoReplicas("@every 5m", storesPerRun: 1);
        world.RunFor(new TimeSpan(0, 4, 58));
        var pods = world.Made.ToList();
        Assert.Equal(3, pods.Count);
        world.Leader.Kill();
        world.RunFor(TimeSpan.FromSeconds(6));
        foreach (var pod in pods)
        {
            world.Cluster.Delete(CoreTypes.Pods, new ObjectKey(FleetObjects.Namespace, pod), TimeSpan.Zero);
            world.RunFor(TimeSpan.FromSeconds(1));
        }
        Assert.Empty(world.Cluster.All(CoreTypes.Pods));

        world.RunFor(TimeSpan.FromMinutes(3));

        Assert.Equal(pods, world.Made);
        var plan = new RecordEye(world.Cluster, world.Time).Read(TwoReplicas.Connector)!.Plan("orders"); // it was committed
        Assert.NotNull(plan.LastSuccess);
        Assert.Equal(0, plan.MissedStoreSyncs);
    }

    [Fact]
    public void Pods_with_our_label_that_name_no_connector_are_not_kept()
    {
        using var world = new TwoReplicas("@every 5m");
        for (var i = 0; i < 100; i++)
        {
            var key = new ObjectKey(FleetObjects.Namespace, $"copy-{i}");
            world.Cluster.Create(CoreTypes.Pods, key.Namespace, Copy(key.Name));
            world.RunFor(TimeSpan.FromSeconds(1));
            world.Cluster.Delete(CoreTypes.Pods, key, TimeSpan.Zero);
        }
        world.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal(0, world.Leader.Cache.PodsKept);
        Assert.Equal(0, world.Standby.Cache.PodsKept);
    }

    [Fact]
    public void A_standby_says_that_it_does_not_lead_and_has_no_series_of_connectors()
    {
        using var world = new TwoReplicas("@every 10s");
        world.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal(["marketplace_operator_leader 1"], world.Leader.Metrics("marketplace_operator_leader"));
        Assert.Equal(["marketplace_operator_leader 0"], world.Standby.Metrics("marketplace_operator_leader"));
        Assert.Single(world.Leader.Metrics("marketplace_connector_ready"));
        Assert.Empty(world.Standby.Metrics("marketplace_connector_ready"));
    }

    private static JsonObject Copy(string name) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = FleetObjects.Namespace,
                ["labels"] = new JsonObject { [PodMarks.Connector] = FleetObjects.Name },
            },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "web", ["image"] = "web" }),
            },
        };
}
