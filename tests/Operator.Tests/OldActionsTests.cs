using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

public sealed class OldActionsTests : IDisposable
{
    private static readonly ObjectKey Key = new(FleetObjects.Namespace, "stop");
    private readonly OneOperator _operator = new();

    /// <summary>Null when the action is kept: a suspension is applied at any age, and an action without its connector waits.</summary>
    [Theory]
    [InlineData("RunNow", FleetObjects.Name, "Expired: it was older than an hour when the operator could apply it")]
    [InlineData("RunNow", "", "Rejected: spec.targetRef.name: the name of the MarketplaceConnector is missing")]
    [InlineData("Suspend", FleetObjects.Name, null)]
    [InlineData("RunNow", "nobody", null)]
    public void An_action_of_180_days_is_removed_and_logged_once_it_is_over(string verb, string target, string? outcome)
    {
        Cluster.Create(Kinds.Connectors, Key.Namespace, new FleetObjects(new Random(1)).Connector());
        Cluster.Create(Kinds.Actions, Key.Namespace, Action(verb, target));
        while (_operator.Time.FireNext(TimeSpan.FromDays(181))) { }

        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(20));

        Assert.Equal(outcome is null, Cluster.Find(Kinds.Actions, Key) is not null);
        var removals = _operator.Log.Where(l => l.Contains("Removed SyncAction", StringComparison.Ordinal));
        if (outcome is null)
        {
            Assert.Empty(removals);
        }
        else
        {
            Assert.Contains(
                $"{Key}, made 11/24/2026 12:00:00 +00:00: {verb} of {target}, flow every flow, stores s01, because stock; {outcome}",
                Assert.Single(removals),
                StringComparison.Ordinal
            );
        }
    }

    public void Dispose() => _operator.Dispose();

    private FakeCluster Cluster => _operator.Cluster;

    private static JsonObject Action(string verb, string target) =>
        new()
        {
            ["apiVersion"] = Api.ApiGroup.ApiVersion,
            ["kind"] = Api.ApiGroup.ActionKind,
            ["metadata"] = new JsonObject { ["name"] = Key.Name, ["namespace"] = Key.Namespace },
            ["spec"] = new JsonObject
            {
                ["targetRef"] = new JsonObject { ["kind"] = Api.ApiGroup.ConnectorKind, ["name"] = target },
                ["action"] = verb,
                ["stores"] = new JsonArray("s01"),
                ["reason"] = "stock",
            },
        };
}
