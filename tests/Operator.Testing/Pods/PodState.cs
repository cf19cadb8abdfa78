namespace Operator.Testing;

/// <summary>The state of a pod's worker, as the cluster reports it.</summary>
public abstract record PodState
{
    private PodState() { }

    /// <summary>The scheduler finds no node.</summary>
    public sealed record Unschedulable : PodState;

    /// <summary>The pod has a node, but its container does not run yet.</summary>
    public sealed record Waiting(string Reason, string? Message = null) : PodState;

    public sealed record Running(DateTimeOffset StartedAt) : PodState;

    /// <summary>The container ended. <paramref name="Message"/> is the termination log, which holds the report.</summary>
    public sealed record Terminated(
        int ExitCode,
        string Reason,
        string Message,
        DateTimeOffset StartedAt,
        DateTimeOffset FinishedAt
    ) : PodState;

    /// <summary>The kubelet fails the pod. The container status stays as it was, or is removed.</summary>
    public sealed record GivenUp(string Reason, string Message, bool KeepsContainers) : PodState;
}
