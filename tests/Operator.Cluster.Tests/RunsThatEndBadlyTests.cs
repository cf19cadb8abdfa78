using System.Globalization;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// A run that the cluster prevents is distinct from a failure of the worker: it is no failure of the version, and it is retried
/// until its deadline.
/// </summary>
public sealed class RunsThatEndBadlyTests(TestCluster cluster) : EndingStory(cluster)
{
    [Fact]
    public async Task A_ResourceQuota_is_named_and_holds_up_nothing_once_it_is_gone()
    {
        await Story.KubectlAsync(Ct, "create", "quota", "none", "--hard=pods=0");
        await Story.ApplyAsync(Connector, Ct);

        var refused = await Story.AwaitConditionAsync(Name, "Ready", "QuotaExceeded", Ct);
        Assert.Contains("exceeded quota: none", refused.Message);
        await AwaitMetricAsync("marketplace_pod_refusals_total kind=quota", 1);

        await Story.KubectlAsync(Ct, "delete", "quota", "none");
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);
        await AwaitReadyAsync();
    }

    /// <summary>The due time that met the quota runs whole, within 15 s of its end.</summary>
    [Fact]
    public async Task A_quota_that_refuses_for_seconds_at_the_due_time_costs_no_sync()
    {
        var connector = Connector with { Stores = A.Stores(8), MaxStoresPerRun = 2, Schedule = "@every 60s" };
        await Story.KubectlAsync(Ct, "create", "quota", "none", "--hard=pods=0");
        await Story.ApplyAsync(connector, Ct);
        await Story.AwaitConditionAsync(Name, "PodsRefused", "QuotaExceeded", Ct);
        Assert.Empty(Story.Runs);

        await Story.KubectlAsync(Ct, "delete", "quota", "none");
        var lifted = TimeProvider.System.GetUtcNow();

        var runs = await Story.AwaitRunsAsync(
            "every store of the due time is served",
            all => all.Where(r => r.Slot < lifted.ToUnixTimeSeconds() && r.Succeeded).Sum(r => r.Stores.Length) == 8,
            Ct
        );
        Assert.All(
            runs.Where(r => r.Slot < lifted.ToUnixTimeSeconds()),
            r => Assert.InRange(CreatedAt(r), lifted.AddSeconds(-5), lifted.AddSeconds(15))
        );
        var ready = await AwaitReadyAsync();
        Assert.Equal(0, ready.Status.Flows[0].Missed.StoreSyncs);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    private static DateTimeOffset CreatedAt(SeenRun run) =>
        DateTimeOffset.Parse(
            run.Json.Text("metadata", "creationTimestamp")!, // every pod has one
            CultureInfo.InvariantCulture
        );

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task Limits_that_the_namespace_does_not_allow_are_named()
    {
        await Story.Kube.ApplyAsync(
            Story.Namespace,
            """
            apiVersion: v1
            kind: LimitRange
            metadata: {name: small}
            spec: {limits: [{type: Container, max: {memory: 64Mi}}]}
            """,
            Ct
        );
        await Story.ApplyAsync(Connector, Ct);

        var refused = await Story.AwaitConditionAsync(Name, "Ready", "QuotaExceeded", Ct);

        Assert.Contains("maximum memory usage per Container is 64Mi", refused.Message);
    }

    [Fact]
    public async Task A_pod_that_no_node_takes_is_given_up_and_is_no_failure()
    {
        await Story.ApplyAsync(Connector with { StartTimeout = "5s", SyncExtra = "nodeSelector: {nobody: here}" }, Ct);

        await AwaitMetricAsync("marketplace_runs_total result=infra reason=Unschedulable", 1);

        var told = await Story.AwaitConditionAsync(Name, "Ready", "Unschedulable", Ct);
        Assert.Contains("node", told.Message);
    }

    [Theory]
    [InlineData("hog", "OOMKilled")]
    [InlineData("hang", "Timeout")]
    [InlineData("exit1", "ExitCode")]
    public async Task What_the_worker_does_is_its_own_failure(string fault, string reason)
    {
        await Story.ApplyAsync(Connector with { Fault = fault, Timeout = "5s" }, Ct);

        await AwaitMetricAsync($"marketplace_runs_total result=failed reason={reason}", 1);

        // A kubelet that is late may never tell the end of a pod that we stopped. Nobody knows then that it was the worker's.
        var untold = Story.Runs.Count(r => r is { HasEnded: true, ExitCode: null });
        Assert.InRange((await MetricsAsync()).Value("marketplace_runs_total result=infra"), 0, untold);
        var told = await Story.AwaitConditionAsync(Name, "Ready", reason, Ct);
        Assert.Equal("False", told.Status);
    }
}
