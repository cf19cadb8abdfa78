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

        Assert.Equal(0, (await MetricsAsync()).Value("marketplace_runs_total result=infra"));
        var told = await Story.AwaitConditionAsync(Name, "Ready", reason, Ct);
        Assert.Equal("False", told.Status);
    }
}
