using System.Text.Json.Nodes;
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

    private static OneConnector EveryMinute() =>
        new(Noon, 3, _ => TimeSpan.FromSeconds(5), """{"name":"orders","schedule":"* * * * *"}""");
}
