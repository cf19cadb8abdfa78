using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.KnownFaults;

/// <summary>How other objects affect a connector.</summary>
public sealed class PartsOfOthersFaults
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_pod_holds_the_value_of_its_revision_and_not_the_live_one()
    {
        using var world = EveryMinute();
        world.Create(
            CoreTypes.ConfigMaps,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"mode":"good"}}"""
        );
        world.Edit(c =>
            c["spec"]!["sync"]!["env"] = JsonNode.Parse( // the spec has a sync
                """[{"name":"MODE","valueFrom":{"configMapKeyRef":{"name":"settings","key":"mode"}}}]"""
            )
        );

        world.RunTo(Noon.AddMinutes(3));

        Given.That(world.NewestPod.Contains("MODE", StringComparison.Ordinal), "a pod with the variable");
        Assert.DoesNotContain("configMapKeyRef", world.NewestPod, StringComparison.Ordinal);
    }

    [KnownFault("2 of 11", 7)]
    public void A_rollout_that_is_pointed_elsewhere_costs_no_record()
    {
        using var world = EveryMinute();
        world.RunTo(Noon.AddMinutes(10));
        world.Create(
            Kinds.Rollouts,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
             "metadata":{"name":"r","namespace":"shop"},
             "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
            """
        );
        world.RunTo(Noon.AddMinutes(11));
        world.Create(
            Kinds.Connectors,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
             "metadata":{"name":"d","namespace":"shop"},
             "spec":{"marketplace":"Custom","sync":{"image":"registry.example.com/sync:good"},
                     "stores":[{"name":"x"}],"flows":[{"name":"orders","schedule":"* * * * *"}]}}
            """
        );
        world.RunTo(Noon.AddMinutes(12));
        Given.That(world.Made.Exists(p => p.Name.StartsWith("d-", StringComparison.Ordinal)), "a connector that runs");

        world.Edit(Kinds.Rollouts, "r", r => r["spec"]!["connectorRef"]!["name"] = "d"); // the spec has one
        world.RunTo(Noon.AddMinutes(14));

        Assert.DoesNotContain(Reasons.RecordLost, world.EventReasons);
    }

    private static OneConnector EveryMinute() =>
        new(Noon, 3, _ => TimeSpan.FromSeconds(5), """{"name":"orders","schedule":"* * * * *"}""");
}
