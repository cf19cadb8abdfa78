using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>Another client rewrites the connector all the time, so that many writes of the status conflict.</summary>
public sealed class BusyObjectStories : IDisposable
{
    private static readonly ObjectKey Key = ServedFleet.Key;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private readonly OneOperator _operator = new(new DateTimeOffset(2026, 11, 24, 12, 0, 5, TimeSpan.Zero));
    private int _edits;

    public BusyObjectStories()
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["spec"]!["sync"]!["image"] = FleetObjects.Image("good"); // a fleet's connector has both
        connector["spec"]!["stores"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"name":"s01"},{"name":"s02"}]""");
        connector["spec"]!.AsObject().Remove("storesFrom");
        connector["spec"]!["flows"] = System.Text.Json.Nodes.JsonNode.Parse(
            """[{"name":"orders","schedule":"@every 10s","startingDeadline":"8s","startTimeout":"6s","timeout":"20s"}]"""
        );
        Cluster.Create(Kinds.Connectors, FleetObjects.Namespace, connector);
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));
    }

    private FakeCluster Cluster => _operator.Cluster;

    public void Dispose() => _operator.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void A_client_that_rewrites_the_connector_all_the_time_stops_neither_runs_nor_the_status(int lag)
    {
        _operator.WatchLag = TimeSpan.FromMilliseconds(lag);
        var mark = Cluster.Journal.Count;

        Storm(TimeSpan.FromMinutes(2));
        var made = Cluster
            .Journal.Since(mark)
            .Count(e => e.Request.Verb == KubeVerb.Create && e.Request.Type == CoreTypes.Pods);
        Cluster.Edit(Kinds.Connectors, Key, c => c["spec"]!["suspend"] = true); // it has a spec
        Storm(TimeSpan.FromSeconds(30));

        Assert.InRange(made, 11, 30);
        Assert.StartsWith(Reasons.Suspended, _operator.Ready(Kinds.Connectors, Key), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_rewrites_the_connector_all_the_time_costs_no_storm_of_our_own_writes()
    {
        _operator.WatchLag = TimeSpan.FromMilliseconds(300);
        var mark = Cluster.Journal.Count;

        Storm(TimeSpan.FromMinutes(2));

        var statuses = Cluster
            .Journal.Since(mark)
            .Count(e => e.Request.Verb == KubeVerb.PatchStatus && e.Request.Type == Kinds.Connectors);
        Assert.InRange(statuses, 1, 150);
    }

    private void Storm(TimeSpan time)
    {
        for (var end = _operator.Time.Elapsed + time; _operator.Time.Elapsed < end; )
        {
            var number = $"{_edits++}";
            Cluster.Edit(
                Kinds.Connectors,
                Key,
                c => c["metadata"]!["labels"] = new System.Text.Json.Nodes.JsonObject { ["heartbeat"] = number } // it has metadata
            );
            _operator.RunFor(Pause);
        }
    }
}
