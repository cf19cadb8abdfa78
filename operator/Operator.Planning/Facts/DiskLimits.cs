using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>
/// Evictions that a version brings upon itself: it wrote more than the limits of its own pod allow. Only the kubelet's message tells them from
/// an eviction for want of room on the node, see decision 0039.
/// </summary>
internal static class DiskLimits
{
    private const string OfAllContainers = "exceeds the total limit of containers";

    private static readonly ImmutableArray<string> OfTheWorker =
    [
        $"EmptyDir volume \"{PodParts.Scratch}\" exceeds the limit",
        $"Container {PodParts.Container} exceeded its local ephemeral storage limit",
    ];

    public static bool AreExceededBy(ObservedPod pod) =>
        pod is { Reason: "Evicted", Disruption: null, Message: { } words }
        && MayHaveRun(pod)
        && (
            OfTheWorker.Any(w => words.Contains(w, StringComparison.Ordinal))
            // Where others injected containers, one of those may be the cause.
            || (pod.Containers <= 1 && words.Contains(OfAllContainers, StringComparison.Ordinal))
        );

    /// <summary>Kubelets before 1.22 remove the states of the containers as they evict a pod.</summary>
    private static bool MayHaveRun(ObservedPod pod) =>
        pod.HasStarted || pod.Container is ContainerSight.Waiting { Reason: "", Message: "" };
}
