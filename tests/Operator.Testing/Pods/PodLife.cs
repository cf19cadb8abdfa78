namespace Operator.Testing;

/// <summary>
/// How a pod lives: created, scheduled, waiting, running, ended, or stopped within its grace period. The one model of it: the
/// fake cluster's kubelet goes through it event by event, planning's worlds look at it now and then, the bench tells it to a
/// real API server.
/// </summary>
public sealed class PodLife(PodScript script)
{
    private const int Killed = 137;

    /// <summary>A container that is being made.</summary>
    public static PodState Creating { get; } = new PodState.Waiting("ContainerCreating");

    /// <summary>As 1.20 does it: Failed at once, and the container's state says "running" for ever.</summary>
    public static PodState Overdue { get; } =
        new PodState.GivenUp(
            "DeadlineExceeded",
            "Pod was active on the node longer than the specified deadline",
            KeepsContainers: true
        );

    public static PodState WithoutImage(string? image) =>
        new PodState.Waiting("ImagePullBackOff", $"Back-off pulling image \"{image}\"");

    /// <summary>How it is now if nobody stops it and nothing that it needs is missing but its image.</summary>
    public PodState At(DateTimeOffset now, DateTimeOffset createdAt, string? image)
    {
        if (script.ScheduledAfter is not { } toNode)
        {
            return new PodState.Unschedulable();
        }
        var startedAt = createdAt + toNode + script.StartsAfter;
        return now < startedAt ? Creating
            : script.IsImageMissing ? WithoutImage(image)
            : script.RunsFor is { } time && startedAt + time <= now ? Ended(startedAt, startedAt + time)
            : new PodState.Running(startedAt);
    }

    /// <summary>It has run its time.</summary>
    public PodState Ended(DateTimeOffset startedAt, DateTimeOffset at) =>
        script.End switch
        {
            PodEnd.OutOfMemory => new PodState.Terminated(Killed, "OOMKilled", script.Message, startedAt, at),
            PodEnd.Evicted => new PodState.GivenUp(
                "Evicted",
                "The node was low on resource: memory.",
                KeepsContainers: false
            ),
            _ => Exited(script.ExitCode, script.Message, startedAt, at),
        };

    /// <summary>How long it runs on when it is to end within its grace period.</summary>
    public TimeSpan StopsAfter(TimeSpan grace) => script.StopsAfter is { } needs && needs <= grace ? needs : grace;

    /// <summary>It was to end within its grace period, had run for so long by its end, and did so or was killed.</summary>
    public PodState Stopped(TimeSpan grace, TimeSpan ran, DateTimeOffset startedAt, DateTimeOffset at) =>
        Exited(
            script.StopsAfter <= grace ? script.StopExitCode : Killed,
            script.MessageAfter?.Invoke(ran) ?? "",
            startedAt,
            at
        );

    private static PodState.Terminated Exited(
        int exitCode,
        string message,
        DateTimeOffset startedAt,
        DateTimeOffset at
    ) => new(exitCode, exitCode == 0 ? "Completed" : "Error", message, startedAt, at);
}
