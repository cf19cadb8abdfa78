using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>
/// What a pod's status says besides its worker's container: the kubelet's words, and the init containers that webhooks add. Where no
/// reason tells two cases apart, the words do; Kubernetes 1.20 to 1.36 use the same ones.
/// </summary>
internal static class PodTroubles
{
    private const int MostWords = 120;
    private static readonly ImmutableArray<string> OfOwnDisk =
    [
        $"Usage of EmptyDir volume \"{PodMarks.ScratchVolume}\" exceeds the limit",
        $"Container {PodMarks.ContainerName} exceeded its local ephemeral storage limit",
        "Pod ephemeral local storage usage exceeds the total limit of containers",
    ];

    /// <summary>
    /// The pod was evicted because the worker wrote more than its own limit, and would be on any node. An eviction from a full node has the
    /// same reason.
    /// </summary>
    public static bool IsOverOwnDisk(ObservedPod pod) =>
        pod is { Reason: "Evicted", Message: { } words }
        && OfOwnDisk.Any(o => words.StartsWith(o, StringComparison.Ordinal));

    /// <summary>The sentence with the kubelet's words, as far as they are the same for each such pod: numbers come later in them.</summary>
    public static string WithWords(string sentence, ObservedPod pod) =>
        pod.Message is { Length: > 0 } words
            ? $"{sentence}: {ForeignText.Line(FirstClause(words), MostWords)}"
            : sentence;

    public static string Describe(InitSight init) =>
        init.State switch
        {
            ContainerSight.Terminated ended =>
                $"init container '{init.Name}' ended with {ExitCodes.Describe(ended.ExitCode, ended.Reason)}",
            ContainerSight.Waiting(var reason, var message) =>
                $"init container '{init.Name}' waits: {$"{reason}: {message}".Trim(' ', ':')}",
            _ => $"init container '{init.Name}' still runs",
        };

    private static string FirstClause(string words)
    {
        var end = words.AsSpan().IndexOfAny(',', ';', '\n');
        var stop = words.IndexOf(". ", StringComparison.Ordinal);
        var most = Math.Min(end < 0 ? words.Length : end, stop < 0 ? words.Length : stop);
        return words[..most].TrimEnd(' ', '.');
    }
}
