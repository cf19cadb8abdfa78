namespace Operator.Planning.Facts;

/// <summary>
/// Whether the cluster says that it ended a pod, and why: in the condition <c>DisruptionTarget</c> (Kubernetes 1.26 and newer), or
/// as the kubelet's reason. It is no fault of the worker, whatever exit code the kill left.
/// </summary>
internal static class Disruptions
{
    /// <summary>One word and one sentence; null: nothing says so.</summary>
    public static (string Reason, string Detail)? Of(ObservedPod pod) =>
        (pod.Disruption, pod.Reason) switch
        {
            ("PreemptionByScheduler", _) or (_, "Preempting") => (
                Reasons.Preempted,
                "a pod of higher priority took its place"
            ),
            ("EvictionByEvictionAPI", _) or (_, "Evicted") => (Reasons.Evicted, "its pod was evicted"),
            (_, "NodeShutdown" or "Shutdown" or "Terminated") => (Reasons.NodeShutdown, "its node was shut down"),
            ("DeletionByTaintManager" or "DeletionByPodGC", _) or (_, "NodeLost") => (
                Reasons.NodeLost,
                "its node was lost"
            ),
            ({ } other, _) => (Reasons.Evicted, $"the cluster ended its pod: {other}"),
            _ => null,
        };
}
