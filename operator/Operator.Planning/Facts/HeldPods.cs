using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>
/// Pods that have ended and are deleted, and that only finalizers keep. The operator sets none, so they are others': nothing that it does
/// removes such a pod. See decision 0048.
/// </summary>
public static class HeldPods
{
    /// <summary>A finalizer that works takes seconds.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);

    public static bool IsHeld(ObservedPod pod) =>
        pod is { IsDeleting: true, IsGone: false, Finalizers: not null } && PodIndex.HasEnded(pod);

    /// <summary>From when on a finalizer is told; null: it does not hold the pod, or nobody knows since when.</summary>
    internal static DateTimeOffset? ToldFrom(ObservedPod pod) => IsHeld(pod) ? pod.EndAskedAt + Usual : null;

    /// <summary>The pod that is kept longest, so that the name stays the same as long as it is kept; null: none is.</summary>
    internal static string? Oldest(Observation seen) =>
        seen
            .Pods.Where(p => ToldFrom(p) <= seen.Now)
            .OrderBy(p => p.EndAskedAt)
            .ThenBy(p => p.Name, StringComparer.Ordinal)
            .FirstOrDefault()
            ?.Name;

    /// <summary>The finalizers that have kept pods for long, each once.</summary>
    internal static ImmutableArray<string> Told(Observation seen) =>
        [
            .. seen
                .Pods.Where(p => ToldFrom(p) <= seen.Now)
                .Select(p => p.Finalizers!) // a held pod has some
                .Distinct(StringComparer.Ordinal)
                .SelectMany(f => f.Split(' '))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}
