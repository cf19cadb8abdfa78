using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A person edits the fingerprint of a running sync pod.</summary>
public sealed class EditedPodTests(TestCluster cluster) : ClusterStory(cluster, "edited")
{
    [Fact]
    public async Task Its_pod_is_deleted_its_run_is_lost_and_no_store_runs_twice_at_a_time()
    {
        var connector = A.ConnectorManifest() with { Stores = A.Stores(4), Fault = "slow:3", Schedule = "@every 20s" };
        await Story.ApplyAsync(connector, Ct);
        var runs = await Story.AwaitRunsAsync(
            "a run is under way",
            seen => seen.Any(r => r is { StartedAt: not null, HasEnded: false }),
            Ct
        );
        var edited = runs.First(r => r is { StartedAt: not null, HasEnded: false }).Pod;

        await Story.KubectlAsync(Ct, "annotate", "pod", edited, "--overwrite", $"{PodMarks.Fingerprint}={{}}");

        // The next good run ends the condition, and a busy kubelet may take longer than that to remove the pod.
        await Story.AwaitConditionAsync("shop", Reasons.RunsFailing, Reasons.FingerprintEdited, Ct);
        await Story.AwaitRunsAsync("the pod is gone", seen => seen.Any(r => r.Pod == edited && r.IsGone), Ct);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
