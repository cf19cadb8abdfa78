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
    private readonly OneOperator _operator = new();
    private readonly FleetObjects _objects = new(new Random(1));

    [Fact]
    public void A_connector_that_cannot_be_read_says_so_and_the_others_go_on()
    {
        Cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        Cluster.Create(Kinds.Connectors, Bad.Namespace, Broken(_objects.Connector(), "stores"));

        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.Equal(
            "Undecodable: it can't be read: spec.stores has the wrong type; correct it",
            _operator.Ready(Kinds.Connectors, Bad)
        );
        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Good), StringComparison.Ordinal);
        Assert.Single(
            Cluster.All(CoreTypes.Events),
            e => e.Json.GetProperty("reason").GetString() == Reasons.Undecodable
        );
        Assert.Single(Cluster.Journal.Writes, w => w.Request.Type == Kinds.Connectors && w.Request.Key == Bad);
    }

    [Fact]
    public void A_connector_that_was_mended_is_served()
    {
        Cluster.Create(Kinds.Connectors, Bad.Namespace, Broken(_objects.Connector(), "stores"));
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(10));

        var stores = _objects.Connector()["spec"]!["stores"]!.DeepClone(); // it has both
        Cluster.Edit(Kinds.Connectors, Bad, c => c["spec"]!["stores"] = stores);
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Bad), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollout_that_cannot_be_read_says_so_and_its_stores_run_stable()
    {
        Cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        Cluster.Create(Kinds.Rollouts, Bad.Namespace, Broken(_objects.Rollout(), "steps"));
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Cluster.Edit(Kinds.Connectors, Good, c => c["spec"]!["sync"]!["image"] = FleetObjects.Image("good-2")); // it has both
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.StartsWith(Reasons.Undecodable, _operator.Ready(Kinds.Rollouts, Bad), StringComparison.Ordinal);
        Assert.StartsWith(Reasons.RolloutUnusable, _operator.Ready(Kinds.Connectors, Good), StringComparison.Ordinal);
    }

    [Fact]
    public void An_action_that_cannot_be_read_says_so_and_the_others_are_done()
    {
        Cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        Cluster.Create(Kinds.Actions, Bad.Namespace, Action("bad", Good.Name, stores: "no list"));
        Cluster.Create(Kinds.Actions, Bad.Namespace, Action("good", Good.Name, new JsonArray("s01")));

        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.Equal(
            "Undecodable: it can't be read: spec.stores has the wrong type; correct it",
            _operator.Ready(Kinds.Actions, Bad)
        );
        Assert.StartsWith(
            "Applied: 1 stores",
            _operator.Ready(Kinds.Actions, Bad with { Name = "good" }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Good), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Rejected: spec.targetRef.name: the name of the MarketplaceConnector is missing")]
    [InlineData(
        "nobody",
        "ConnectorNotFound: there is no MarketplaceConnector 'nobody' in namespace 'shop': the action waits for it"
    )]
    public void An_action_without_its_connector_says_so(string target, string expected)
    {
        Cluster.Create(Kinds.Actions, Bad.Namespace, Action("bad", target, new JsonArray("s01")));

        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(10));

        Assert.StartsWith(expected, _operator.Ready(Kinds.Actions, Bad), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_done_is_told_on_the_connector_once()
    {
        Cluster.Create(Kinds.Connectors, Good.Namespace, _objects.Connector());
        Cluster.Create(Kinds.Actions, Bad.Namespace, Action("now", Good.Name, new JsonArray("s01")));

        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));

        var told = Assert.Single(
            Cluster.All(CoreTypes.Events),
            e => e.Json.GetProperty("reason").GetString() == Reasons.RunNow
        );
        Assert.Equal(Good.Name, told.Json.GetProperty("regarding").GetProperty("name").GetString());
        Assert.Single(Cluster.Journal.Writes, w => w.Request.Type == Kinds.Actions && w.Request.Key.Name == "now");
    }

    public void Dispose() => _operator.Dispose();

    private FakeCluster Cluster => _operator.Cluster;

    private static JsonObject Broken(JsonObject item, string field)
    {
        item["metadata"]!["name"] = Bad.Name; // the test's connectors have metadata and spec
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
}
