using System.Globalization;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A run that the cluster or a person breaks off is no failure of the version, and is retried until its deadline.</summary>
public sealed class DisruptedRunsTests(TestCluster cluster) : EndingStory(cluster)
{
    [Fact]
    public async Task A_pod_deleted_by_hand_runs_again_in_its_slot_and_is_no_failure()
    {
        await Story.ApplyAsync(Connector with { Fault = "slow:4", Schedule = "@every 60s" }, Ct);
        var victim = await RunAsync("a run goes on", r => r.HasStarted && !r.HasEnded);

        // The grace period is shorter than the worker needs to finish.
        await Story.KubectlAsync(Ct, "delete", "pod", victim.Pod, "--wait=false", "--grace-period=1");

        await RunAsync(
            "its stores run again in the same slot",
            r => r.Pod != victim.Pod && r.Occasion == victim.Occasion && r.Succeeded
        );
        await AwaitMetricAsync("marketplace_runs_total result=infra reason=Deleted", 1);
        Assert.Equal(0, (await MetricsAsync()).Value("marketplace_runs_total result=failed"));
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_pod_that_is_evicted_from_a_drained_node_runs_again_in_its_slot_and_is_no_failure()
    {
        var (node, _) = await LocalStorageAsync();
        await Story.ApplyAsync(Connector with { Fault = "slow:4", Schedule = "@every 60s" }, Ct);
        var victim = await RunAsync("a run goes on", r => r.HasStarted && !r.HasEnded);

        try
        {
            string[] onlyOurs = ["--pod-selector", $"marketplace-operator.io/connector={Name}", "--force"];
            await Story.KubectlAsync(Ct, ["drain", node, .. onlyOurs, "--delete-emptydir-data", "--grace-period=1"]);
        }
        finally
        {
            await Story.KubectlAsync(CancellationToken.None, "uncordon", node); // other tests need the node, also after a failure
        }

        await RunAsync(
            "its stores run again in the same slot",
            r => r.Pod != victim.Pod && r.Occasion == victim.Occasion && r.Succeeded
        );
        await AwaitMetricAsync("marketplace_runs_total result=infra", 1);
        Assert.Equal(0, (await MetricsAsync()).Value("marketplace_runs_total result=failed"));
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_pod_that_a_more_urgent_one_takes_the_place_of_runs_again_once_there_is_room()
    {
        var (node, most) = await LocalStorageAsync();
        // No other pod requests local storage, so only the run and the urgent pod compete.
        await Story.ApplyAsync(
            Connector with
            {
                Requests = $"{{ephemeral-storage: {most}}}",
                // The worker finishes its store after SIGTERM; the grace period is too short for this.
                SyncExtra = $"nodeSelector: {{kubernetes.io/hostname: {node}}}\n    terminationGracePeriod: 3s",
                Fault = "slow:10",
                Schedule = "@every 60s",
            },
            Ct
        );
        var victim = await RunAsync("a run goes on", r => r.HasStarted && !r.HasEnded);

        await Story.Kube.ApplyAsync(Story.Namespace, UrgentPod(node, most), Ct);
        await RunAsync("its pod has ended", r => r.Pod == victim.Pod && r.HasEnded);
        await Story.KubectlAsync(Ct, "delete", "pod", "urgent", "--wait=false", "--grace-period=0", "--force");

        await RunAsync(
            "its stores run again in the same slot",
            r => r.Pod != victim.Pod && r.Occasion == victim.Occasion && r.Succeeded
        );
        await AwaitMetricAsync("marketplace_runs_total result=infra", 1);
        Assert.Equal(0, (await MetricsAsync()).Value("marketplace_runs_total result=failed"));
    }

    /// <summary>A node, and 3/5 of its local storage: two pods with this request do not fit.</summary>
    private async Task<(string Node, long Bytes)> LocalStorageAsync()
    {
        var node = (await Story.Kube.GetAsync("/api/v1/nodes", Ct)).Items("items").First();
        var bytes = node.Text("status", "allocatable", "ephemeral-storage")!; // every kubelet reports it, in bytes
        return (node.Text("metadata", "name")!, long.Parse(bytes, CultureInfo.InvariantCulture) * 3 / 5); // it has a name
    }

    private static string UrgentPod(string node, long storage) =>
        $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: urgent}
            spec:
              priorityClassName: system-node-critical
              nodeSelector: {kubernetes.io/hostname: {{node}}}
              containers:
              - name: urgent
                image: {{ExampleWorker.Good}}
                resources: {requests: {ephemeral-storage: "{{storage}}" } }
            """;
}
