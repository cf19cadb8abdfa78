using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>The value of a ConfigMap spreads like an image, and a rollback brings the old value back.</summary>
public sealed class ConfigMapContentTests(TestCluster cluster) : ClusterStory(cluster, "configmap")
{
    private const string Settings = "worker-settings";
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with { FaultFrom = Settings };

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_bad_edit_of_a_ConfigMap_is_rolled_back_and_a_deleted_one_stops_nothing()
    {
        await Story.KubectlAsync(Ct, "create", "configmap", Settings, "--from-literal=fault=none");
        await Story.ApplyAsync(Connector, Ct);
        await Story.ApplyAsync(A.RolloutManifest(), Ct);
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);

        await Story.KubectlAsync(
            Ct,
            "patch",
            "configmap",
            Settings,
            "--type=merge",
            "-p",
            """{"data":{"fault":"exit1"}}"""
        );

        await Story.AwaitPhaseAsync("shop", "RolledBack", attempt: 1, Ct);
        Assert.InRange(MidStep.Candidate(Story.Runs, attempt: 1).Reached.Count, 1, 2);
        Assert.All(Story.Runs, r => Assert.Equal(r.IsCandidate ? "exit1" : "none", FaultOf(r.Json)));
        await MidStep.AwaitAllOnStableAsync(Story, Connector, ExampleWorker.Good, Ct);

        await Story.KubectlAsync(Ct, "delete", "configmap", Settings);

        await Story.AwaitConditionAsync("shop", "ConfigMapMissing", "ConfigMapMissing", Ct);
        var newest = Story.Runs.Max(r => r.Slot);
        await Story.AwaitRunsAsync(
            "every store runs without the ConfigMap",
            runs =>
                runs.Where(r => r.Slot > newest && r.Succeeded)
                    .SelectMany(r => r.Stores)
                    .ToHashSet()
                    .IsSupersetOf(Connector.Stores),
            Ct
        );
        Assert.All(Story.Runs.Where(r => !r.IsCandidate), r => Assert.Equal("none", FaultOf(r.Json)));
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    /// <summary>The literal value in the pod; null when it refers to something.</summary>
    private static string? FaultOf(JsonElement pod) =>
        pod.Items("spec", "containers")
            .SelectMany(c => c.Items("env"))
            .Single(e => e.Text("name") == "WORKER_FAULT")
            .Text("value");
}
