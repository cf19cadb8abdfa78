namespace Operator.Testing;

/// <summary>A step in the life of a pod of one container, as the cluster tells it.</summary>
public abstract record PodState
{
    private PodState() { }

    /// <summary>No node takes it.</summary>
    public sealed record Unschedulable : PodState;

    /// <summary>It has a node, and its container does not run yet.</summary>
    public sealed record Waiting(string Reason, string? Message = null) : PodState;

    public sealed record Running(DateTimeOffset StartedAt) : PodState;

    /// <summary>Its container ended; <paramref name="Message"/> is the termination log: the report.</summary>
    public sealed record Terminated(
        int ExitCode,
        string Reason,
        string Message,
        DateTimeOffset StartedAt,
        DateTimeOffset FinishedAt
    ) : PodState;

    /// <summary>The kubelet gives it up. Of its container nothing more is said than was known, or nothing at all.</summary>
    public sealed record GivenUp(string Reason, string Message, bool KeepsContainers) : PodState;
}
