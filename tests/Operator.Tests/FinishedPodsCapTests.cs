using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>Three connectors whose histories together are larger than the limit of finished pods, and the whole operator.</summary>
public sealed class FinishedPodsCapTests
{
    private const int PodsOfASlot = 12;
    private static readonly string[] Connectors = ["a", "b", "c"];

    [Theory]
    [InlineData(60)] // the histories would be 120 pods
    [InlineData(30)] // pods of closed due times that a late create keeps from being pruned are more than this
    public void At_the_cap_history_gives_way_and_no_sync_is_missed(int cap)
    {
        using var world = Fleet(cap);

        world.RunFor(TimeSpan.FromMinutes(10));

        foreach (var connector in Connectors)
        {
            var status = world
                .Cluster.Find(Kinds.Connectors, new ObjectKey("shop", connector))!
                .Json.GetProperty("status"); // never deleted
            var flow = status.GetProperty("flows")[0];
            Assert.Equal(0, flow.GetProperty("missed").GetProperty("storeSyncs").GetInt64());
            Assert.StartsWith("Syncing", world.Ready(Kinds.Connectors, new ObjectKey("shop", connector)));
        }
    }

    [Fact]
    public void The_oldest_pods_of_all_connectors_go_first()
    {
        using var world = Fleet(cap: 60);

        world.RunFor(TimeSpan.FromMinutes(10));

        var finished = world.Cluster.All(CoreTypes.Pods).Where(p => PhaseOf(p) == "Succeeded").ToList();
        Assert.InRange(finished.Count, 60 - (2 * PodsOfASlot), 60 + PodsOfASlot);
        var oldest = finished
            .GroupBy(p => p.Label(PodMarks.Connector))
            .Select(g =>
                g.Min(p => p.Json.GetProperty("metadata").GetProperty("creationTimestamp").GetDateTimeOffset())
            )
            .ToList();
        Assert.Equal(Connectors.Length, oldest.Count);
        Assert.InRange((oldest.Max() - oldest.Min()).TotalSeconds, 0, 10);
    }

    [Fact]
    public void A_connector_that_rests_gives_way_too()
    {
        using var world = Fleet(cap: 60);
        world.RunFor(TimeSpan.FromMinutes(3));
        world.Cluster.Edit(Kinds.Connectors, new ObjectKey("shop", "a"), c => c["spec"]!["suspend"] = true); // each has a spec
        world.RunFor(TimeSpan.FromSeconds(20));
        Assert.NotEqual(0, PodsOf(world, "a"));

        world.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(0, PodsOf(world, "a"));
        Assert.InRange(PodsOf(world, "b"), 16, 40);
    }

    private static int PodsOf(OneOperator world, string connector) =>
        world.Cluster.All(CoreTypes.Pods).Count(p => p.Label(PodMarks.Connector) == connector);

    private static string? PhaseOf(KubeObject pod) =>
        pod.Json.TryGetProperty("status", out var status) && status.TryGetProperty("phase", out var phase)
            ? phase.GetString()
            : null;

    private static OneOperator Fleet(int cap)
    {
        var world = new OneOperator(
            new DateTimeOffset(2026, 11, 24, 12, 0, 5, TimeSpan.Zero),
            _ => new PodScript
            {
                StartsAfter = TimeSpan.FromSeconds(1),
                RunsFor = TimeSpan.FromSeconds(2),
                Message = WorkerReport.Of([WorkerReport.Store(10)]),
            },
            seed: 3,
            finishedPodsCap: cap
        );
        foreach (var connector in Connectors)
        {
            world.Cluster.Create(Kinds.Connectors, "shop", Connector(connector));
        }
        world.Start();
        return world;
    }

    private static JsonObject Connector(string name) =>
        JsonNode
            .Parse(
                $$$"""
                {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
                 "metadata":{"name":"{{{name}}}","namespace":"shop"},
                 "spec":{"marketplace":"Custom","sync":{"image":"registry.example.com/sync:good"},
                         "history":{"slots":10,"failedRuns":0},
                         "stores":[{"name":"s1"},{"name":"s2"},{"name":"s3"},{"name":"s4"}],
                         "flows":[{"name":"orders","schedule":"@every 10s","startingDeadline":"25s","maxStoresPerRun":1}]}}
                """
            )!
            .AsObject(); // it is an object
}
