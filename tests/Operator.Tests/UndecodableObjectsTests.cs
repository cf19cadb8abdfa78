using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

public sealed class UndecodableObjectsTests : IDisposable
{
    private static readonly ObjectKey Good = new(FleetObjects.Namespace, FleetObjects.Name);
    private static readonly ObjectKey Bad = new(FleetObjects.Namespace, "bad");
    private readonly VirtualTime _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeCluster _cluster;
    private readonly OperatorProcess _operator;
    private readonly FleetObjects _objects = new(new Random(1));

    public UndecodableObjectsTests()
    {
        _cluster = new FakeCluster(_time);
        _cluster.RunPods(SyncPods.Script);
        _operator = new OperatorProcess(_cluster, _time, "operator-1", seed: 1);
    }

    [Fact]
    public void A_connector_that_cannot_be_read_says_so_and_the_others_go_on()
    {
        _cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        _cluster.Create(Kinds.Connectors, Bad.Namespace, Broken(_objects.Connector(), "stores"));

        _operator.Start();
        RunFor(TimeSpan.FromSeconds(40));

        Assert.Equal(
            "Undecodable: it can't be read: spec.stores has the wrong type; correct it",
            Ready(Kinds.Connectors, Bad)
        );
        Assert.StartsWith(Reasons.Syncing, Ready(Kinds.Connectors, Good), StringComparison.Ordinal);
        Assert.Single(
            _cluster.All(CoreTypes.Events),
            e => e.Json.GetProperty("reason").GetString() == Reasons.Undecodable
        );
        Assert.Single(_cluster.Journal.Writes, w => w.Request.Type == Kinds.Connectors && w.Request.Key == Bad);
    }

    [Fact]
    public void A_connector_that_was_mended_is_served()
    {
        _cluster.Create(Kinds.Connectors, Bad.Namespace, Broken(_objects.Connector(), "stores"));
        _operator.Start();
        RunFor(TimeSpan.FromSeconds(10));

        var stores = _objects.Connector()["spec"]!["stores"]!.DeepClone(); // it has both
        _cluster.Edit(Kinds.Connectors, Bad, c => c["spec"]!["stores"] = stores);
        RunFor(TimeSpan.FromSeconds(40));

        Assert.StartsWith(Reasons.Syncing, Ready(Kinds.Connectors, Bad), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollout_that_cannot_be_read_says_so_and_its_stores_run_stable()
    {
        _cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        _cluster.Create(Kinds.Rollouts, Bad.Namespace, Broken(_objects.Rollout(), "steps"));
        _operator.Start();
        RunFor(TimeSpan.FromSeconds(40));

        _cluster.Edit(Kinds.Connectors, Good, c => c["spec"]!["sync"]!["image"] = FleetObjects.Image("good-2")); // it has both
        RunFor(TimeSpan.FromSeconds(40));

        Assert.StartsWith(Reasons.Undecodable, Ready(Kinds.Rollouts, Bad), StringComparison.Ordinal);
        Assert.StartsWith(Reasons.RolloutUnusable, Ready(Kinds.Connectors, Good), StringComparison.Ordinal);
    }

    [Fact]
    public void An_action_that_cannot_be_read_says_so_and_the_others_are_done()
    {
        _cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        _cluster.Create(Kinds.Actions, Bad.Namespace, Action("bad", Good.Name, stores: "no list"));
        _cluster.Create(Kinds.Actions, Bad.Namespace, Action("good", Good.Name, new JsonArray("s01")));

        _operator.Start();
        RunFor(TimeSpan.FromSeconds(40));

        Assert.Equal(
            "Undecodable: it can't be read: spec.stores has the wrong type; correct it",
            Ready(Kinds.Actions, Bad)
        );
        Assert.StartsWith(
            "Applied: 1 stores",
            Ready(Kinds.Actions, Bad with { Name = "good" }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(Reasons.Syncing, Ready(Kinds.Connectors, Good), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Rejected: spec.targetRef.name: the name of the MarketplaceConnector is missing")]
    [InlineData(
        "nobody",
        "ConnectorNotFound: there is no MarketplaceConnector 'nobody' in namespace 'shop': the action waits for it"
    )]
    public void An_action_without_its_connector_says_so(string target, string expected)
    {
        _cluster.Create(Kinds.Actions, Bad.Namespace, Action("bad", target, new JsonArray("s01")));

        _operator.Start();
        RunFor(TimeSpan.FromSeconds(10));

        Assert.StartsWith(expected, Ready(Kinds.Actions, Bad), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_done_is_told_on_the_connector_once()
    {
        _cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        _cluster.Create(Kinds.Actions, Bad.Namespace, Action("now", Good.Name, new JsonArray("s01")));

        _operator.Start();
        RunFor(TimeSpan.FromSeconds(40));

        var told = Assert.Single(
            _cluster.All(CoreTypes.Events),
            e => e.Json.GetProperty("reason").GetString() == Reasons.RunNow
        );
        Assert.Equal(Good.Name, told.Json.GetProperty("regarding").GetProperty("name").GetString());
        Assert.Single(_cluster.Journal.Writes, w => w.Request.Type == Kinds.Actions && w.Request.Key.Name == "now");
    }

    public void Dispose()
    {
        _operator.Dispose();
        _cluster.Dispose();
    }

    private static JsonObject Broken(JsonObject item, string field)
    {
        item["metadata"]!["name"] = Bad.Name; // ours have metadata and spec
        item["spec"]![field] = "no list";
        return item;
    }

    private static JsonObject Action(string name, string target, JsonNode stores) =>
        new()
        {
            ["apiVersion"] = Api.ApiGroup.ApiVersion,
            ["kind"] = Api.ApiGroup.ActionKind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Bad.Namespace },
            ["spec"] = new JsonObject
            {
                ["targetRef"] = new JsonObject { ["kind"] = Api.ApiGroup.ConnectorKind, ["name"] = target },
                ["action"] = "RunNow",
                ["stores"] = stores,
            },
        };

    private string Ready(ResourceType type, ObjectKey key) =>
        _cluster
            .Find(type, key)!
            .Json.GetProperty("status")
            .GetProperty("conditions")
            .EnumerateArray()
            .Where(c => c.GetProperty("type").GetString() == "Ready")
            .Select(c => $"{c.GetProperty("reason").GetString()}: {c.GetProperty("message").GetString()}")
            .Single();

    private void RunFor(TimeSpan time)
    {
        var end = _time.Elapsed + time;
        do
        {
            while (_operator.Drain()) { }
        } while (_time.FireNext(end));
    }
}
