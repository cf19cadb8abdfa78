using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>Why a container has not started.</summary>
public static class ContainerWaits
{
    private static readonly ImmutableArray<string> ImageReasons =
    [
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
    ];

    /// <summary>The kubelet's words for a container that is on its way. Every other word is a trouble with the container.</summary>
    private static readonly ImmutableArray<string> OnItsWay = ["", "ContainerCreating", "PodInitializing"];

    /// <summary>One of <see cref="Reasons"/>.</summary>
    public static string ReasonOf(ObservedPod pod) =>
        pod.Container switch
        {
            ContainerSight.Waiting(var reason, _) when ImageReasons.Contains(reason, StringComparer.Ordinal) =>
                Reasons.ImageUnavailable,
            ContainerSight.Waiting("CreateContainerConfigError", _) => Reasons.ContainerConfig,
            ContainerSight.Waiting(var reason, _) when !OnItsWay.Contains(reason, StringComparer.Ordinal) =>
                Reasons.ContainerCannotRun,
            _ when pod.UnscheduledBecause is not null => Reasons.Unschedulable,
            _ => Reasons.NotStarted,
        };

    /// <summary>The words of the scheduler or the kubelet; empty when there are none.</summary>
    public static string DetailOf(ObservedPod pod)
    {
        var words =
            pod.UnscheduledBecause
            ?? (
                pod.Init is { } init ? PodTroubles.Describe(init, pod)
                : pod.Container is ContainerSight.Waiting(var reason, var message) ? $"{reason}: {message}"
                : ""
            );
        return ForeignText.Ends(KubeletWords.WithoutNames(pod, words).Trim(' ', ':'));
    }

    /// <summary>The version, or what the spec names, keeps the container from starting, not the cluster.</summary>
    public static bool IsOwnFault(string? reason) =>
        reason
            is Reasons.ImageUnavailable
                or Reasons.ContainerConfig
                or Reasons.StartError
                or Reasons.ContainerCannotRun;

    /// <summary>One run that ended so is enough to know. The others may also be a node's doing, so several must agree.</summary>
    public static bool IsSureFault(string? reason) => reason is Reasons.ImageUnavailable or Reasons.ContainerConfig;

    /// <summary>Only a run whose container never started ends for this reason.</summary>
    public static bool IsBeforeStart(string? reason) =>
        IsOwnFault(reason)
        || reason
            is Reasons.Unschedulable
                or Reasons.NotStarted
                or Reasons.InitContainerFailed
                or Reasons.PodRejected
                or Reasons.NeverSeen
                or Reasons.QuotaExceeded
                or Reasons.AdmissionDenied
                or Reasons.PodsRefused
                or Reasons.ForeignPod;
}
