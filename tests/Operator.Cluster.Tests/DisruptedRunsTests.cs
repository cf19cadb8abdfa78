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

    [Fact]
    public async Task A_run_that_is_deleted_by_hand_and_ends_well_after_a_few_stores_owes_the_others()
    {
        var victim = await SomeStoresDoneAsync();

        await Story.KubectlAsync(Ct, "delete", "pod", victim.Pod, "--wait=false");

        await EveryStoreIsServedAsync(victim);
        await AwaitMetricAsync("marketplace_runs_total result=infra reason=Deleted", 1);
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_run_that_is_drained_and_ends_well_after_a_few_stores_owes_the_others()
    {
        var (node, _) = await LocalStorageAsync();
        var victim = await SomeStoresDoneAsync();

        try
        {
            string[] onlyOurs = ["--pod-selector", $"marketplace-operator.io/connector={Name}", "--force"];
            await Story.KubectlAsync(Ct, ["drain", node, .. onlyOurs, "--delete-emptydir-data"]);
        }
        finally
        {
            await Story.KubectlAsync(CancellationToken.None, "uncordon", node); // other tests need the node, also after a failure
        }

        await EveryStoreIsServedAsync(victim);
        await AwaitMetricAsync("marketplace_runs_total result=infra", 1);
    }

    /// <summary>
    /// On Kubernetes before 1.24 the pod is Failed at once, while its container finishes its store within the grace period.
    /// </summary>
    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task Stores_wait_until_the_container_of_a_failed_pod_has_ended()
    {
        await Story.ApplyAsync(Connector with { Fault = "polite:6", Schedule = "@every 60s", Timeout = "25s" }, Ct);
        var victim = await RunAsync("a run goes on", r => r.HasStarted && !r.HasEnded);

        await Story.KubectlAsync(Ct, "patch", "pod", victim.Pod, "-p", """{"spec":{"activeDeadlineSeconds":1}}""");

        var ended = await RunAsync("its end is seen", r => r.Pod == victim.Pod && r.HasEnded);
        await RunAsync("its stores run again", r => r.Pod != victim.Pod && r.Stores.Intersect(victim.Stores).Any());
        Assert.Equal("Failed", ended.Json.Text("status", "phase"));
        Assert.DoesNotContain(
            Story.Runs,
            r =>
                r.FirstSeen > victim.FirstSeen && r.FirstSeen < ended.EndSeen && r.Stores.Intersect(victim.Stores).Any()
        );
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
        await AwaitMetricAsync("marketplace_runs_total result=failed reason=Timeout", 1);
    }

    /// <summary>A run of ten stores, of which about three are done. After SIGTERM the worker finishes its store and exits with 0.</summary>
    private async Task<SeenRun> SomeStoresDoneAsync()
    {
        await Story.ApplyAsync(
            Connector with
            {
                Stores = A.Stores(10),
                Fault = "polite:2",
                Schedule = "@every 60s",
                Timeout = "50s",
            },
            Ct
        );
        return await RunAsync(
            "a run has served some of its stores",
            r => !r.HasEnded && r.StartedAt < TimeProvider.System.GetUtcNow().AddSeconds(-7)
        );
    }

    private async Task EveryStoreIsServedAsync(SeenRun victim)
    {
        var ended = await RunAsync("it has ended", r => r.Pod == victim.Pod && r.HasEnded);
        if (ended.ExitCode is null)
        {
            // A kubelet of 1.20 may remove the container of a deleted pod before it tells its end. Then all its stores are owed.
            TestContext.Current.SendDiagnosticMessage($"the end of {victim.Pod} was not told");
        }
        else
        {
            Assert.Equal(0, ended.ExitCode);
            Assert.InRange(ended.Reported.Count(), 1, 9);
        }
        await Story.AwaitRunsAsync(
            "every store was served on the due time",
            runs =>
                runs.Where(r => r.Occasion == victim.Occasion)
                    .SelectMany(r => r.Reported)
                    .Select(s => s.Store)
                    .Distinct()
                    .Count() == A.Stores(10).Length,
            Ct
        );
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
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
