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
    // The kubelet did not admit the pod: its own word.
    [InlineData("Failed", "OutOfcpu", RunResult.Infra, "OutOfcpu")]
    [InlineData("Failed", "UnexpectedAdmissionError", RunResult.Infra, "UnexpectedAdmissionError")]
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

    /// <summary>On a node that wants memory, the kernel may kill a child of a worker that is within its limit.</summary>
    [Fact]
    public void A_worker_that_an_evicting_node_killed_for_memory_is_not_to_blame()
    {
        var ending = EndingOf("Failed", "Evicted", null, Killed.Replace("\"Error\"", "\"OOMKilled\""));

        Assert.Equal((RunResult.Infra, "Evicted"), (ending.Result, ending.Reason));
    }

    [Theory]
    [InlineData("2026-11-25T11:59:40Z", RunResult.Succeeded)]
    [InlineData("2026-11-25T11:59:31Z", RunResult.Infra)]
    public void A_worker_that_finished_before_it_was_preempted_has_succeeded(string preemptedAt, RunResult result)
    {
        var ending = EndingOf(
            "Running",
            "",
            $"PreemptionByScheduler\", \"lastTransitionTime\": \"{preemptedAt}",
            Killed.Replace("137", "0")
        );

        Assert.Equal(result, ending.Result);
    }

    /// <summary>The deletion timestamp is the end of the grace period.</summary>
    [Theory]
    [InlineData("2026-11-25T12:00:10Z", RunResult.Succeeded)]
    [InlineData("2026-11-25T12:00:01Z", RunResult.Infra)]
    public void A_worker_that_finished_before_its_pod_was_deleted_has_succeeded(string deletedAt, RunResult result)
    {
        var deletion = $"{deletedAt}\", \"deletionGracePeriodSeconds\": 30, \"x\": \"";

        var ending = EndingOf("Succeeded", "", null, Killed.Replace("137", "0"), deletion);

        Assert.Equal(result, ending.Result);
    }

    /// <summary>Seen with an injected <c>istio-init</c> without its capability: the pod fails, and the worker never runs.</summary>
    [Fact]
    public void An_injected_init_container_that_fails_is_named()
    {
        var ending = EndingOf(
            "Failed",
            "",
            null,
            """
            "initContainerStatuses": [{"name": "istio-init", "state": {"terminated": {"exitCode": 2, "reason": "Error",
              "message": "iptables: Permission denied", "startedAt": "2026-11-25T11:58:10Z", "finishedAt": "2026-11-25T11:58:11Z"}}}],
            "containerStatuses": [{"name": "sync", "state": {"waiting": {"reason": "PodInitializing"}}}]
            """
        );

        Assert.Equal((RunResult.Infra, "InitContainerFailed"), (ending.Result, ending.Reason));
        Assert.EndsWith(
            "init container 'istio-init' ended with exit code 2: iptables: Permission denied",
            ending.Detail,
            StringComparison.Ordinal
        );
        Assert.True(ending.NeverStarted);
    }

    /// <summary>A native sidecar ends with the pod, with any exit code.</summary>
    [Fact]
    public void A_native_sidecar_that_ended_is_no_init_container_that_failed()
    {
        const string json = """
            {
              "metadata": {"name": "a", "namespace": "shops", "uid": "u"},
              "spec": {"initContainers": [{"name": "istio-proxy", "restartPolicy": "Always"}, {"name": "setup"}]},
              "status": {"phase": "Failed", "initContainerStatuses": [
                {"name": "istio-proxy", "started": false, "state": {"terminated": {"exitCode": 143, "reason": "Error"} } },
                {"name": "setup", "state": {"terminated": {"exitCode": 1, "reason": "Error"} } }]}
            }
            """;

        var pod = PodProjection.Of(new KubeObject(JsonElement.Parse(json))).Pod;

        Assert.Equal("setup", pod.Init?.Name);
    }

    [Theory]
    [InlineData("Usage of EmptyDir volume \\\"scratch\\\" exceeds the limit \\\"64Mi\\\". ", RunResult.Failed)]
    [InlineData("Container sync exceeded its local ephemeral storage limit \\\"64Mi\\\". ", RunResult.Failed)]
    [InlineData(
        "The node was low on resource: ephemeral-storage. Container sync was using 70Mi, which exceeds its request of 0. ",
        RunResult.Infra
    )]
    public void A_version_that_fills_its_disk_is_to_blame(string message, RunResult result)
    {
        var ending = EndingOf("Failed", $"Evicted\", \"message\": \"{message}", null, Killed);

        Assert.Equal(result, ending.Result);
    }

    /// <summary>A pod with three injected containers: the kubelet keeps 3,072 bytes of each termination log.</summary>
    [Fact]
    public void Containers_of_all_kinds_share_the_space_for_a_report()
    {
        var pod = Read(
            """
            "spec": {"containers": [{}, {}], "initContainers": [{}], "ephemeralContainers": [{}]},
            """
        );

        Assert.Equal(4, pod.Containers);
    }

    private static ObservedPod Read(string spec) =>
        PodProjection
            .Of(
                new KubeObject(
                    JsonElement.Parse(
                        $$"""{"metadata": {"name": "a", "namespace": "shops", "uid": "u"}, {{spec}} "status": {} }"""
                    )
                )
            )
            .Pod;

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
