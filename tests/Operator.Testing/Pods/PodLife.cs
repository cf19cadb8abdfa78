namespace Operator.Testing;

/// <summary>
/// The states of a pod over time: created, scheduled, waiting, running, ended, or stopped within its grace period. All tests use
/// this model: the fake kubelet event by event, the worlds of planning at each step, the bench to write status to a real API
/// server.
/// </summary>
public sealed class PodLife(PodScript script)
{
    private const int Killed = 137;

    /// <summary>The kubelet creates the container.</summary>
    public static PodState Creating { get; } = new PodState.Waiting("ContainerCreating");

    /// <summary>A pod past its deadline on Kubernetes 1.20: Failed at once, with a container state "running" for ever.</summary>
    public static PodState Overdue { get; } =
        new PodState.GivenUp(
            "DeadlineExceeded",
            "Pod was active on the node longer than the specified deadline",
            KeepsContainers: true
        );

    /// <summary>An eviction on Kubernetes 1.20, while the container still ends.</summary>
    public static PodState Evicting { get; } =
        new PodState.GivenUp("Evicted", "The node was low on resource: memory.", KeepsContainers: true);

    /// <summary>How long the container of an evicted pod runs on.</summary>
    public static TimeSpan ToEvict { get; } = TimeSpan.FromSeconds(2);

    public static PodState Rejected(string reason) =>
        new PodState.GivenUp(reason, "Node didn't have enough resource", KeepsContainers: false);

    public static PodState WithoutImage(string? image) =>
        new PodState.Waiting("ImagePullBackOff", $"Back-off pulling image \"{image}\"");

    /// <summary>The state of a pod that is not deleted. Its volumes exist; its image may be missing.</summary>
    public PodState At(DateTimeOffset now, DateTimeOffset createdAt, string? image)
    {
        if (script.ScheduledAfter is not { } toNode)
        {
            return new PodState.Unschedulable();
        }
        if (script.Rejection is { } rejection)
        {
            return Rejected(rejection);
        }
        var startedAt = createdAt + toNode + script.StartsAfter;
        return now < startedAt ? Creating
            : script.IsImageMissing ? WithoutImage(image)
            : script.RunsFor is { } time && startedAt + time <= now ? After(startedAt, startedAt + time, now)
            : new PodState.Running(startedAt);
    }

    /// <summary>What the kubelet tells of a container that ended, or was to end, at <paramref name="at"/>.</summary>
    private PodState After(DateTimeOffset startedAt, DateTimeOffset at, DateTimeOffset now) =>
        now < at + script.NewsAfter ? new PodState.Running(startedAt)
        : script.End != PodEnd.EvictedWhileRunning ? Ended(startedAt, at)
        : now < at + ToEvict ? Evicting
        : Ended(startedAt, at + ToEvict);

    /// <summary>The last state of a container that was not stopped.</summary>
    public PodState Ended(DateTimeOffset startedAt, DateTimeOffset at) =>
        script.End switch
        {
            PodEnd.OutOfMemory => new PodState.Terminated(Killed, "OOMKilled", script.Message, startedAt, at),
            PodEnd.EvictedWhileRunning => Exited(Killed, "", startedAt, at),
            PodEnd.Evicted => new PodState.GivenUp("Evicted", script.EvictedBecause, KeepsContainers: false),
            _ => Exited(script.ExitCode, script.Message, startedAt, at),
        };

    /// <summary>Time from SIGTERM to the container's end, at most the grace period.</summary>
    public TimeSpan StopsAfter(TimeSpan grace) => script.StopsAfter is { } needs && needs <= grace ? needs : grace;

    /// <summary>The last state of a stopped container: it ended within its grace period or was killed.</summary>
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
