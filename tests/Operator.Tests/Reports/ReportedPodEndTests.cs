using System.Text.Json;
using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Runtime;

namespace Operator.Tests.Reports;

/// <summary>Ends of pods that users of other controllers reported as told wrongly or not at all.</summary>
public sealed class ReportedPodEndTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private const string Killed = """
        "containerStatuses": [{"name": "sync", "state": {"terminated": {"exitCode": 137, "reason": "Error",
          "startedAt": "2026-11-25T11:59:00Z", "finishedAt": "2026-11-25T11:59:30Z"}}}]
        """;

    private const string Lost = """
        "containerStatuses": [{"name": "sync", "state": {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}}]
        """;

    private const string Initializing = """
        "containerStatuses": [{"name": "sync", "state": {"waiting": {"reason": "PodInitializing"}}}]
        """;

    /// <summary>
    /// A worker that fills its /tmp is evicted by its own limit, run after run (decocms/studio 7011); kubelets may have lost the
    /// container by then (kubernetes 116986).
    /// </summary>
    [Theory]
    [InlineData(Killed, "Usage of EmptyDir volume \\\"scratch\\\" exceeds the limit \\\"64Mi\\\". ")]
    [InlineData(Lost, "Usage of EmptyDir volume \\\"scratch\\\" exceeds the limit \\\"64Mi\\\". ")]
    [InlineData(
        "\"containerStatuses\": []",
        "Usage of EmptyDir volume \\\"scratch\\\" exceeds the limit \\\"64Mi\\\". "
    )]
    [InlineData(Killed, "Container sync exceeded its local ephemeral storage limit \\\"576Mi\\\". ")]
    [InlineData(Killed, "Pod ephemeral local storage usage exceeds the total limit of containers 576Mi. ")]
    public void A_worker_that_fills_its_own_disk_is_its_own_fault(string containers, string message)
    {
        var ending = EndingOf("Evicted", message, containers);

        Assert.Equal((RunResult.Failed, "DiskLimitExceeded"), (ending.Result, ending.Reason));
        Assert.Contains("limit", ending.Detail, StringComparison.Ordinal);
        Assert.Contains("Mi", ending.Detail, StringComparison.Ordinal);
        Assert.True(ending.HasStarted);
    }

    /// <summary>What others brought into the pod, or the node itself, is not the worker's fault.</summary>
    [Theory]
    [InlineData("Usage of EmptyDir volume \\\"istio-envoy\\\" exceeds the limit \\\"1Gi\\\". ")]
    [InlineData("Container istio-proxy exceeded its local ephemeral storage limit \\\"1Gi\\\". ")]
    [InlineData(
        "The node was low on resource: ephemeral-storage. Container sync was using 60Ki, request is 0, has larger consumption of ephemeral-storage. "
    )]
    public void Every_other_eviction_is_the_clusters_doing(string message)
    {
        var ending = EndingOf("Evicted", message, Killed);

        Assert.Equal((RunResult.Infra, "Evicted"), (ending.Result, ending.Reason));
    }

    /// <summary>argo-workflows 8526, actions-runner-controller 2996: the pod says why, and the controller does not.</summary>
    [Theory]
    [InlineData(
        "Evicted",
        "The node was low on resource: ephemeral-storage. Container sync was using 60Ki, request is 0.",
        "The node was low on resource: ephemeral-storage"
    )]
    [InlineData("NodePorts", "Pod was rejected: Predicate NodePorts failed", "Predicate NodePorts failed")]
    [InlineData(
        "OutOfcpu",
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 100, used: 3950, capacity: 4000",
        "Node didn't have enough resource: cpu"
    )]
    public void The_words_of_the_kubelet_are_told(string reason, string message, string expected)
    {
        var ending = EndingOf(reason, message, "\"containerStatuses\": []");

        Assert.Equal(RunResult.Infra, ending.Result);
        Assert.Contains(expected, ending.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("60Ki", ending.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("3950", ending.Detail, StringComparison.Ordinal);
    }

    /// <summary>
    /// An init container that a webhook added fails, and the pod with it (argo-workflows 10717, tekton 5646): the node was not lost.
    /// </summary>
    [Fact]
    public void An_injected_init_container_that_fails_is_named()
    {
        var ending = EndingOf(
            "",
            "",
            $$"""
            {{Initializing}},
            "initContainerStatuses": [
              {"name": "first", "state": {"terminated": {"exitCode": 0, "reason": "Completed"} } },
              {"name": "vault-agent-init", "state": {"terminated": {"exitCode": 126, "reason": "Error"} } }]
            """
        );

        Assert.Equal((RunResult.Infra, "InitContainerFailed"), (ending.Result, ending.Reason));
        Assert.Contains("'vault-agent-init'", ending.Detail, StringComparison.Ordinal);
        Assert.Contains("exit code 126", ending.Detail, StringComparison.Ordinal);
        Assert.False(ending.HasStarted);
    }

    /// <summary>While it waits, the worker's container says only "PodInitializing" (openshift/console 107).</summary>
    [Theory]
    [InlineData(
        """{"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image \"vault:9\""}}""",
        "init container 'vault-agent-init' waits: ImagePullBackOff: Back-off pulling image"
    )]
    [InlineData(
        """{"running": {"startedAt": "2026-11-25T11:59:00Z"}}""",
        "init container 'vault-agent-init' still runs"
    )]
    public void A_pod_that_waits_for_an_injected_init_container_says_for_which(string state, string expected)
    {
        var pod = Read(
            "",
            "",
            $$"""
            {{Initializing}},
            "initContainerStatuses": [
              {"name": "istio-proxy", "started": true, "state": {"running": {"startedAt": "2026-11-25T11:59:00Z"} } },
              {"name": "vault-agent-init", "state": {{state}} },
              {"name": "last", "state": {"waiting": {"reason": "PodInitializing"} } }]
            """,
            "Pending"
        );

        Assert.Contains(expected, ContainerWaits.DetailOf(pod), StringComparison.Ordinal);
    }

    /// <summary>
    /// After a restart containerd no longer knows how its containers ended and reports 255, Unknown (containerd 7276, cilium 48739).
    /// </summary>
    [Fact]
    public void A_container_whose_runtime_forgot_its_end_is_not_the_workers_fault()
    {
        var ending = EndingOf("", "", Killed.Replace("137", "255").Replace("\"Error\"", "\"Unknown\""));

        Assert.Equal((RunResult.Infra, "NodeLost"), (ending.Result, ending.Reason));
    }

    /// <summary>
    /// The kernel killed a child, and the shell around it ended with 0 and no report (kubernetes 131530, cortex 1806). Want of memory is a
    /// cause only with 137; with 0 the report decides, and there is none.
    /// </summary>
    [Fact]
    public void A_worker_without_a_report_that_ran_out_of_memory_did_not_succeed()
    {
        var ending = EndingOf("", "", Killed.Replace("137", "0").Replace("\"Error\"", "\"OOMKilled\""), "Succeeded");

        Assert.Equal((RunResult.Failed, "ReportMissing"), (ending.Result, ending.Reason));
        Assert.Contains("killed for want of memory", ending.Detail, StringComparison.Ordinal);
    }

    private static ObservedPod Read(string reason, string message, string containers, string phase)
    {
        var json = $$"""
            {
              "metadata": {"name": "shop-orders-1", "namespace": "shops", "uid": "u", "creationTimestamp": "2026-11-25T11:58:00Z"},
              "status": {"phase": "{{phase}}", "reason": "{{reason}}", "message": "{{message}}", {{containers}} }
            }
            """;
        return PodProjection.Of(new KubeObject(JsonElement.Parse(json))).Pod;
    }

    private static RunEnding EndingOf(string reason, string message, string containers, string phase = "Failed")
    {
        var pod = Read(reason, message, containers, phase);
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
