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
    ) : ContainerSight;
}

/// <summary>An init container that a webhook added, and its state.</summary>
public sealed record InitSight(string Name, ContainerSight State);
