using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>A rollout whose <c>connectorRef</c> was edited on a server without CEL.</summary>
public sealed class MovedRolloutTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly OneConnector _world = new(
        Noon,
        3,
        _ => TimeSpan.FromSeconds(5),
        """{"name":"orders","schedule":"* * * * *","maxStoresPerRun":1}"""
    );

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_rollout_that_is_pointed_elsewhere_costs_no_record()
    {
        Follow();
        CreateConnector("d");
        _world.RunTo(Noon.AddMinutes(12));
        Assert.Contains(_world.Made, p => p.Name.StartsWith("d-", StringComparison.Ordinal));

        Move("d");
        _world.RunTo(Noon.AddMinutes(14));

        Assert.DoesNotContain(Reasons.RecordLost, _world.EventReasons);
        Assert.Equal("True", ReadyOf("d"));
        Assert.Equal("True", _world.ReadyStatus);
    }

    [Fact]
    public void A_connector_that_is_made_after_a_rollout_was_pointed_at_it_is_new()
    {
        Follow();
        Move("d");
        _world.RunTo(Noon.AddMinutes(12));

        CreateConnector("d");
        _world.RunTo(Noon.AddMinutes(14));

        Assert.DoesNotContain(Reasons.RecordLost, _world.EventReasons);
        Assert.Contains(_world.Made, p => p.Name.StartsWith("d-", StringComparison.Ordinal));
        Assert.Equal("True", ReadyOf("d"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_says_what_to_do_and_is_followed_again_when_it_is_pointed_back(bool isThere)
    {
        Follow();
        if (isThere)
        {
            CreateConnector("d");
        }
        Move("d");
        _world.RunTo(Noon.AddMinutes(14));
        var (stalled, status) = (Stalled(), RolloutStatus);

        Move("c");
        _world.RunTo(Noon.AddMinutes(16));

        Assert.Equal(
            "ConnectorChanged: spec.connectorRef was changed from 'c' to 'd', but a SyncRollout stays with its connector: change it back, or delete this SyncRollout and create one for 'd'",
            stalled
        );
        Assert.Equal("c", status.GetProperty("connector").GetString());
        Assert.Null(Stalled());
    }

    [Fact]
    public void The_two_connectors_do_not_fight_for_its_status()
    {
        Follow();
        CreateConnector("d");
        Move("d");
        _world.RunTo(Noon.AddMinutes(14));
        var version = _world.Find(Kinds.Rollouts, "r").ResourceVersion;

        _world.RunTo(Noon.AddMinutes(30));

        Assert.Equal(version, _world.Find(Kinds.Rollouts, "r").ResourceVersion);
    }

    [Fact]
    public void Statuses_carry_the_id_of_the_record_and_keep_it_when_they_can_not_be_read()
    {
        Follow();
        var id = _world.Status.GetProperty("recordId").GetString();
        Assert.Equal(id, RolloutStatus.GetProperty("recordId").GetString());

        _world.Edit(Kinds.Rollouts, "r", r => r["spec"]!["steps"] = "no list"); // it has a spec
        _world.RunTo(Noon.AddMinutes(13));

        Assert.StartsWith(Reasons.Undecodable, Stalled(), StringComparison.Ordinal);
        Assert.Equal(id, RolloutStatus.GetProperty("recordId").GetString());
        Assert.Equal("c", RolloutStatus.GetProperty("connector").GetString());
        Assert.True(RolloutStatus.GetProperty("recordCounter").GetInt64() > 0);
    }

    private JsonElement RolloutStatus => _world.Find(Kinds.Rollouts, "r").Json.GetProperty("status");

    private void Follow()
    {
        _world.RunTo(Noon.AddMinutes(10));
        _world.Create(
            Kinds.Rollouts,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
             "metadata":{"name":"r","namespace":"shop"},
             "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
            """
        );
        _world.RunTo(Noon.AddMinutes(11));
    }

    private void CreateConnector(string name) =>
        _world.Create(
            Kinds.Connectors,
            $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
             "metadata":{"name":"{{{name}}}","namespace":"shop"},
             "spec":{"marketplace":"Custom","sync":{"image":"registry.example.com/sync:good"},
                     "stores":[{"name":"x"}],"flows":[{"name":"orders","schedule":"* * * * *"}]}}
            """
        );

    private void Move(string connector) =>
        _world.Edit(Kinds.Rollouts, "r", r => r["spec"]!["connectorRef"]!["name"] = connector); // the spec has one

    private string ReadyOf(string connector) =>
        Condition(_world.Find(Kinds.Connectors, connector), ConditionTypes.Ready)?.GetProperty("status").GetString()
        ?? "";

    private string? Stalled() =>
        Condition(_world.Find(Kinds.Rollouts, "r"), ConditionTypes.Stalled) is { } stalled
            ? $"{stalled.GetProperty("reason").GetString()}: {stalled.GetProperty("message").GetString()}"
            : null;

    private static JsonElement? Condition(KubeObject item, string type) =>
        item
            .Json.GetProperty("status")
            .GetProperty("conditions")
            .EnumerateArray()
            .Where(c => c.GetProperty("type").GetString() == type)
            .Cast<JsonElement?>()
            .FirstOrDefault();
}
