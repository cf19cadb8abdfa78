using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>A misspelt list of stores would mean every store, so such an action does nothing and says why.</summary>
public sealed class MisspeltActionTests : IDisposable
{
    private static readonly ObjectKey Connector = new(FleetObjects.Namespace, FleetObjects.Name);
    private static readonly ObjectKey Key = new(FleetObjects.Namespace, "stop");
    private readonly OneOperator _operator = new();

    [Theory]
    [InlineData("""{"store":["s01"]}""", "Rejected: spec.store: there is no such field; did you mean stores?")]
    [InlineData("""{"Stores":["s01"]}""", "Rejected: spec.Stores: there is no such field; did you mean stores?")]
    [InlineData("""{"stores":[]}""", "Rejected: spec.stores: the list is empty or null; name stores, or leave the")]
    [InlineData("""{"stores":null}""", "Rejected: spec.stores: the list is empty or null; name stores, or leave the")]
    [InlineData("""{"storeNames":["s01"]}""", "Rejected: spec.storeNames: there is no such field; remove it")]
    public void An_action_with_a_field_that_means_nothing_is_rejected_and_suspends_nothing(
        string fields,
        string expected
    )
    {
        Cluster.Create(Kinds.Connectors, Connector.Namespace, new FleetObjects(new Random(1)).Connector());
        var action = Suspend();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject()) // it is an object
        {
            action["spec"]![name] = value?.DeepClone(); // it has a spec
        }
        Cluster.Create(Kinds.Actions, Key.Namespace, action);

        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.StartsWith(expected, _operator.Ready(Kinds.Actions, Key), StringComparison.Ordinal);
        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Connector), StringComparison.Ordinal);
    }

    [Fact]
    public void An_action_without_a_list_means_every_store()
    {
        Cluster.Create(Kinds.Connectors, Connector.Namespace, new FleetObjects(new Random(1)).Connector());
        Cluster.Create(Kinds.Actions, Key.Namespace, Suspend());

        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.StartsWith("Applied: ", _operator.Ready(Kinds.Actions, Key), StringComparison.Ordinal);
        Assert.StartsWith(Reasons.Suspended, _operator.Ready(Kinds.Connectors, Connector), StringComparison.Ordinal);
    }

    public void Dispose() => _operator.Dispose();

    private FakeCluster Cluster => _operator.Cluster;

    private static JsonObject Suspend() =>
        new()
        {
            ["apiVersion"] = ApiGroup.ApiVersion,
            ["kind"] = ApiGroup.ActionKind,
            ["metadata"] = new JsonObject { ["name"] = Key.Name, ["namespace"] = Key.Namespace },
            ["spec"] = new JsonObject
            {
                ["targetRef"] = new JsonObject { ["kind"] = ApiGroup.ConnectorKind, ["name"] = FleetObjects.Name },
                ["action"] = "Suspend",
            },
        };
}
