using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Runs whose node was lost or switched off: by the end that was told, or because the node's kubelet does not answer.</summary>
internal static class LostNodes
{
    /// <summary>A kubelet that works ends a pod within its grace period and a little more.</summary>
    private static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(30);

    public static bool IsOn(Draft draft, Entry entry, ObservedPod? pod) =>
        entry.Result is null ? pod is not null && IsSilent(draft, entry, pod) : IsOfNode(entry.Reason);

    public static bool IsOfNode(string? reason) => reason is Reasons.NodeLost or Reasons.NodeShutdown;

    /// <summary>
    /// The pod is to end, and its kubelet does nothing about it. A kubelet that still pulls the image of a pod that has not started is slow
    /// to end it, too, and says nothing meanwhile: there only the cluster's word counts.
    /// </summary>
    private static bool IsSilent(Draft draft, Entry entry, ObservedPod pod) =>
        pod.IsDeleting
        && !PodIndex.HasEnded(pod)
        && (
            IsOfNode(Disruptions.Of(pod)?.Reason)
            || pod is { Container: ContainerSight.Running }
                && pod.EndAskedAt + draft.Record.GraceOf(entry) + ToAnswer < draft.Now
        );
}
