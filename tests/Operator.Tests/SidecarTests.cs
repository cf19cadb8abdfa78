using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>The whole program in a cluster whose webhook injects a sidecar into each pod.</summary>
public sealed class SidecarTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_sidecar_hides_no_run_and_keeps_no_place()
    {
        using var world = Injected("containers", """{"name":"istio-proxy","image":"istio:1"}""");

        world.RunTo(Noon.AddSeconds(65));
        var running = world.Pods.ToList();
        world.RunTo(Noon.AddSeconds(110));

        Assert.Equal("True", world.ReadyStatus);
        Assert.Equal(0, world.MissedStoreSyncs);
        Assert.Equal(2, running.Count);
        Assert.All(running, p => Assert.Equal("istio-proxy", p.Json.Items("spec", "containers").First().Text("name")));
        Assert.Empty(world.Pods);
    }

    [Fact]
    public void A_native_sidecar_hides_no_run_and_its_pod_stays_for_its_log()
    {
        const string Proxy = """{"name":"istio-proxy","image":"istio:1","restartPolicy":"Always"}""";
        using var world = Injected("initContainers", Proxy);

        world.RunTo(Noon.AddSeconds(110));

        Assert.Equal("True", world.ReadyStatus);
        Assert.Equal(0, world.MissedStoreSyncs);
        Assert.Equal(["Succeeded", "Succeeded"], world.Pods.Select(p => p.Json.Text("status", "phase")));
    }

    [Fact]
    public void A_version_is_judged_by_its_own_container()
    {
        using var world = Injected("containers", """{"name":"istio-proxy","image":"istio:1"}""", exitCode: 1);

        world.RunTo(Noon.AddSeconds(110));

        Assert.Contains("ExitCode", world.Conditions, StringComparison.Ordinal);
        Assert.Equal("True", world.ReadyStatus); // the report says that every store was synced
    }

    /// <summary>Ten stores in two runs of five seconds each minute. The container comes before the worker.</summary>
    private static OneConnector Injected(string containers, string sidecar, int exitCode = 0)
    {
        var world = new OneConnector(
            Noon.AddSeconds(1),
            10,
            _ => TimeSpan.FromSeconds(5),
            """
            {"name":"orders","schedule":"* * * * *","startingDeadline":"20s","timeout":"30s","maxStoresPerRun":5}
            """
        );
        world.ExitCode = exitCode;
        world.Admission.Change(
            (type, item) =>
            {
                if (type == CoreTypes.Pods)
                {
                    var spec = item["spec"]!.AsObject(); // every pod has one
                    spec[containers] ??= new JsonArray();
                    spec[containers]!.AsArray().Insert(0, JsonNode.Parse(sidecar)); // set above
                }
            }
        );
        return world;
    }
}
