namespace Operator.Planning.Facts;

/// <summary>
/// Why others ended a pod, from the condition <c>DisruptionTarget</c> (Kubernetes 1.26 and newer) or the kubelet's reason. Such an end is
/// not the worker's fault, with any exit code. The one exception has the reason of an eviction, too, and <see cref="EndTable"/> asks for it
/// first: the worker wrote more than its own limit.
/// </summary>
internal static class Disruptions
{
    /// <summary>The pod collector found no node of the pod's name any more.</summary>
    public const string OfGoneNode = "DeletionByPodGC";
    private const int LongestWord = 40;

    /// <summary>A reason (one word) and a detail (one sentence); null: no disruption is reported.</summary>
    public static (string Reason, string Detail)? Of(ObservedPod pod) =>
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
            ("DeletionByTaintManager" or OfGoneNode, _) or (_, "NodeLost") => (Reasons.NodeLost, "its node was lost"),
            ({ } other, _) => (Reasons.Evicted, $"the cluster ended its pod: {other}"),
            _ => null,
        };

    /// <summary>A kubelet did not take the pod, for a reason of its node: no container ever ran.</summary>
    public static bool IsRejected(ObservedPod pod) =>
        pod
            is {
                Phase: PodPhase.Failed,
                IsDeleting: false,
                Container: ContainerSight.Waiting,
                Reason: { Length: > 0 } reason
            }
        && reason != "DeadlineExceeded"
        && Of(pod) is null;

    /// <summary>The kubelet's own word, such as <c>OutOfcpu</c>, where it is one and has no other meaning here.</summary>
    public static (string Reason, string Detail) Rejection(ObservedPod pod)
    {
        var word = pod.Reason ?? "";
        var isWord = word.Length is > 0 and <= LongestWord && word.All(char.IsAsciiLetterOrDigit);
        return isWord && !ContainerWaits.IsBeforeStart(word)
            ? (word, PodTroubles.WithWords("its kubelet rejected the pod", pod))
            : (
                Reasons.PodRejected,
                PodTroubles.WithWords($"its kubelet rejected the pod as '{ForeignText.Line(word, LongestWord)}'", pod)
            );
    }
}
