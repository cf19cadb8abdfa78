using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>
/// What a pod's status says besides its worker's container: the kubelet's words, and the init containers that webhooks add. Where no
/// reason tells two cases apart, the words do; Kubernetes 1.20 to 1.36 use the same ones. See decision 0040.
/// </summary>
internal static class PodTroubles
{
    private const int MostWords = 120;
    private const string OfAllContainers = "Pod ephemeral local storage usage exceeds the total limit of containers";

    private static readonly ImmutableArray<string> OfTheWorker =
    [
        $"Usage of EmptyDir volume \"{PodMarks.ScratchVolume}\" exceeds the limit",
        $"Container {PodMarks.ContainerName} exceeded its local ephemeral storage limit",
    ];

    /// <summary>
    /// The pod was evicted because the worker wrote more than its own limit, and would be on any node. An eviction from a full node has the
    /// same reason.
    /// </summary>
    public static bool IsOverOwnDisk(ObservedPod pod) =>
        pod is { Reason: "Evicted", Disruption: null, Message: { } words }
        && MayHaveRun(pod)
        && (
            OfTheWorker.Any(w => words.StartsWith(w, StringComparison.Ordinal))
            // Where others injected containers, one of those may be the cause.
            || (pod.Containers <= 1 && words.StartsWith(OfAllContainers, StringComparison.Ordinal))
        );

    /// <summary>Kubelets before 1.22 remove the states of the containers as they evict a pod; others may have lost the container.</summary>
    private static bool MayHaveRun(ObservedPod pod) =>
        pod.HasStarted
        || pod.Container
            is ContainerSight.Waiting { Reason: "", Message: "" }
                or ContainerSight.Terminated { IsUnfound: true };

    /// <summary>The sentence with the kubelet's words, as far as they are the same for each such pod: numbers come later in them.</summary>
    public static string WithWords(string sentence, ObservedPod pod) => WithWords(sentence, pod, pod.Message);

    public static string Describe(InitSight init, ObservedPod pod) =>
        init.State switch
        {
            ContainerSight.Terminated ended => WithWords(
                $"init container '{init.Name}' ended with {ExitCodes.Describe(ended.ExitCode, ended.Reason)}",
                pod,
                ended.Message
            ),
            ContainerSight.Waiting(var reason, var message) =>
                $"init container '{init.Name}' waits: {$"{reason}: {message}".Trim(' ', ':')}",
            _ => $"init container '{init.Name}' still runs",
        };

    private static string WithWords(string sentence, ObservedPod pod, string? words) =>
        words is { Length: > 0 }
            ? $"{sentence}: {ForeignText.Line(FirstClause(KubeletWords.WithoutNames(pod, words)), MostWords)}"
            : sentence;

    private static string FirstClause(string words)
    {
        var end = words.AsSpan().IndexOfAny(',', ';', '\n');
        var stop = words.IndexOf(". ", StringComparison.Ordinal);
        var most = Math.Min(end < 0 ? words.Length : end, stop < 0 ? words.Length : stop);
        return words[..most].TrimEnd(' ', '.');
    }
}
