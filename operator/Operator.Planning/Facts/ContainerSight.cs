using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>The state of the sync container.</summary>
public abstract record ContainerSight
{
    private ContainerSight() { }

    public sealed record Waiting(string Reason, string Message) : ContainerSight;

    public sealed record Running(DateTimeOffset StartedAt) : ContainerSight;

    /// <summary><paramref name="Message"/> is the termination log, which contains the report.</summary>
    public sealed record Terminated(
        int ExitCode,
        string Reason,
        string Message,
        DateTimeOffset StartedAt,
        DateTimeOffset FinishedAt
    ) : ContainerSight
    {
        /// <summary>The runtimes' words for a container that was made but whose process never ran.</summary>
        private static readonly ImmutableArray<string> NeverRanReasons = ["StartError", "ContainerCannotRun"];

        /// <summary>A kubelet lost a container that was running. It then sets exit code 137, which is not the worker's.</summary>
        private const string LostReason = "ContainerStatusUnknown";

        /// <summary>After a reboot of the node, the runtime does not know how its containers ended.</summary>
        private const int UnknownExit = 255;

        /// <summary>No worker ended here: nobody knows how the container ended.</summary>
        public bool IsLost => Reason == LostReason || (ExitCode == UnknownExit && Reason == "Unknown");

        /// <summary>
        /// As it ended the pod, the kubelet found no container and did not know of one either: there may never have been one. Of one that
        /// was running it says so.
        /// </summary>
        public bool IsUnfound =>
            Reason == LostReason && !IsStartKnown && !Message.Contains("used to be Running", StringComparison.Ordinal);

        /// <summary>The process never ran. The message is the runtime's, not a report.</summary>
        public bool NeverRan =>
            NeverRanReasons.Contains(Reason, StringComparer.Ordinal)
            || (ExitCode != 0 && !IsStartKnown && !IsLost && Message is not ['{', ..]);

        /// <summary>A start in 1970, or none, is no start that anybody saw.</summary>
        public bool IsStartKnown => StartedAt > Unknown;

        /// <summary>Kubernetes is younger.</summary>
        private static readonly DateTimeOffset Unknown = DateTimeOffset.UnixEpoch.AddYears(1);
    }
}

/// <summary>An init container that a webhook added, and its state.</summary>
public sealed record InitSight(string Name, ContainerSight State);
