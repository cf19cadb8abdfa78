using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>
/// Why others ended a pod, from the condition <c>DisruptionTarget</c> (Kubernetes 1.26 and newer), the kubelet's reason, or a failed init
/// container. Such an end is not the worker's fault, with any exit code. The one exception has the reason of an eviction, too: the worker
/// wrote more than its own limit.
/// </summary>
internal static class Disruptions
{
    /// <summary>A result, a reason (one word) and a detail (one sentence); null: no disruption is reported.</summary>
    public static (RunResult Result, string Reason, string Detail)? Of(ObservedPod pod) =>
        PodTroubles.IsOverOwnDisk(pod)
            ? (RunResult.Failed, Reasons.DiskLimitExceeded, PodTroubles.WithWords("it wrote more than it may", pod))
        : OfCluster(pod) is { } disruption ? (RunResult.Infra, disruption.Reason, disruption.Detail)
        : pod is { Phase: PodPhase.Failed, IsDeleting: false, Init: { State: ContainerSight.Terminated } init }
            ? (RunResult.Infra, Reasons.InitContainerFailed, PodTroubles.Describe(init))
        : null;

    private static (string Reason, string Detail)? OfCluster(ObservedPod pod) =>
        (pod.Disruption, pod.Reason) switch
        {
            ("PreemptionByScheduler", _) or (_, "Preempting") => (
                Reasons.Preempted,
                "a pod of higher priority took its place"
            ),
            ("EvictionByEvictionAPI", _) or (_, "Evicted") => (
                Reasons.Evicted,
                PodTroubles.WithWords("its pod was evicted", pod)
            ),
            (_, "NodeShutdown" or "Shutdown" or "Terminated") => (Reasons.NodeShutdown, "its node was shut down"),
            ("DeletionByTaintManager" or "DeletionByPodGC", _) or (_, "NodeLost") => (
                Reasons.NodeLost,
                "its node was lost"
            ),
            ({ } other, _) => (Reasons.Evicted, $"the cluster ended its pod: {other}"),
            _ => null,
        };
}
