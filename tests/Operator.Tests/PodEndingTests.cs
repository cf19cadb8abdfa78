using System.Text.Json;
using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>
/// How a run ended, from statuses as schedulers, kubelets and controllers write them. An ending that the cluster caused is not a
/// failure of the worker, with any exit code.
/// </summary>
public sealed class PodEndingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private const string Killed = """
        "containerStatuses": [{"name": "sync", "state": {"terminated": {"exitCode": 137, "reason": "Error",
          "startedAt": "2026-11-25T11:59:00Z", "finishedAt": "2026-11-25T11:59:30Z"}}}]
        """;

    [Theory]
    // Conditions of the scheduler, kubectl drain, the taint manager and the garbage collector since Kubernetes 1.26.
    [InlineData("Running", "", "PreemptionByScheduler", RunResult.Infra, "Preempted")]
    [InlineData("Running", "", "EvictionByEvictionAPI", RunResult.Infra, "Evicted")]
    [InlineData("Failed", "", "DeletionByTaintManager", RunResult.Infra, "NodeLost")]
    [InlineData("Failed", "", "DeletionByPodGC", RunResult.Infra, "NodeLost")]
    [InlineData("Failed", "Evicted", "TerminationByKubelet", RunResult.Infra, "Evicted")]
    [InlineData("Failed", "", "SomethingNew", RunResult.Infra, "Evicted")]
    // Reasons that the kubelet writes: node pressure, a critical pod, a graceful shutdown (1.20, 1.22).
    [InlineData("Failed", "Evicted", null, RunResult.Infra, "Evicted")]
    [InlineData("Failed", "Preempting", null, RunResult.Infra, "Preempted")]
    [InlineData("Failed", "Shutdown", null, RunResult.Infra, "NodeShutdown")]
    [InlineData("Failed", "Terminated", null, RunResult.Infra, "NodeShutdown")]
    // No sign of the cluster: the worker failed.
    [InlineData("Failed", "", null, RunResult.Failed, "ExitCode")]
    public void The_status_says_whether_the_cluster_killed_a_container(
        string phase,
        string reason,
        string? disruption,
        RunResult result,
        string expected
    )
    {
        var ending = EndingOf(phase, reason, disruption, Killed);

        Assert.Equal((result, expected), (ending.Result, ending.Reason));
    }

    [Theory]
    [InlineData("Failed", "Evicted", RunResult.Infra, "Evicted")]
    [InlineData("Failed", "NodeShutdown", RunResult.Infra, "NodeShutdown")]
    [InlineData("Failed", "NodeLost", RunResult.Infra, "NodeLost")]
    // The kubelet did not admit the pod, with a reason that the operator does not know: counts as the node's.
    [InlineData("Failed", "OutOfcpu", RunResult.Infra, "NodeLost")]
    public void A_pod_that_ended_without_its_container_is_the_clusters_doing(
        string phase,
        string reason,
        RunResult result,
        string expected
    )
    {
        var ending = EndingOf(phase, reason, disruption: null, "\"containerStatuses\": []");

        Assert.Equal((result, expected), (ending.Result, ending.Reason));
    }

    /// <summary>
    /// The node restarted, or the pod was deleted while its kubelet was busy. Kubernetes 1.22 and newer write <c>state</c>, 1.20
    /// writes <c>lastState</c>.
    /// </summary>
    [Theory]
    [InlineData("state", "", "NodeLost")]
    [InlineData("lastState", "", "NodeLost")]
    [InlineData("state", "2026-11-25T11:59:30Z", "Deleted")]
    [InlineData("lastState", "2026-11-25T11:59:30Z", "Deleted")]
    public void A_container_that_its_kubelet_can_not_find_is_not_the_workers_fault(
        string where,
        string deletedAt,
        string expected
    )
    {
        var lost = """{"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}""";
        var states = where == "state" ? "" : """ "state": {"waiting": {"reason": "ContainerCreating"}}, """;

        var ending = EndingOf(
            "Failed",
            "",
            null,
            $$"""
            "containerStatuses": [{"name": "sync", {{states}} "{{where}}": {{lost}}}]
            """,
            deletedAt
        );

        Assert.Equal((RunResult.Infra, expected), (ending.Result, ending.Reason));
    }

    [Fact]
    public void A_worker_that_used_too_much_memory_is_its_own_fault_even_on_a_node_that_evicts()
    {
        var ending = EndingOf("Failed", "Evicted", null, Killed.Replace("\"Error\"", "\"OOMKilled\""));

        Assert.Equal((RunResult.Failed, "OOMKilled"), (ending.Result, ending.Reason));
    }

    [Fact]
    public void A_worker_that_finished_before_it_was_preempted_has_succeeded()
    {
        var ending = EndingOf("Running", "", "PreemptionByScheduler", Killed.Replace("137", "0"));

        Assert.Equal(RunResult.Succeeded, ending.Result);
    }

    private static RunEnding EndingOf(
        string phase,
        string reason,
        string? disruption,
        string containers,
        string deletedAt = ""
    )
    {
        var deletion = deletedAt.Length == 0 ? "" : $", \"deletionTimestamp\": \"{deletedAt}\"";
        var conditions = disruption is null
            ? ""
            : $$"""{"type": "DisruptionTarget", "status": "True", "reason": "{{disruption}}"}""";
        var json = $$"""
            {
              "metadata": {"name": "shop-orders-1", "namespace": "shops", "uid": "u", "creationTimestamp": "2026-11-25T11:58:00Z"{{deletion}}},
              "status": {"phase": "{{phase}}", "reason": "{{reason}}", "conditions": [{{conditions}}], {{containers}}}
            }
            """;
        var pod = PodProjection.Of(new KubeObject(JsonElement.Parse(json))).Pod;
        var entry = new Entry
        {
            Stores = ["store-1"],
            StartBy = Now,
            Deadline = Now.AddMinutes(1),
        };
        var facts = new RunFacts(FlowHasReported: false, RevisionHasStarted: true);
        return RunEndings.Of(entry, pod, facts, new Observation { Now = Now })!; // the pod has ended
    }
}
