namespace Operator.Testing;

/// <summary>How a container ends that was not stopped.</summary>
public enum PodEnd
{
    /// <summary>The worker exits with the script's exit code and message.</summary>
    Exit,

    /// <summary>The kernel kills the container for its memory: exit code 137, reason OOMKilled.</summary>
    OutOfMemory,

    /// <summary>The kubelet evicts the pod: phase Failed, reason Evicted, no container status.</summary>
    Evicted,

    /// <summary>As kubelets before 1.24 evict with a grace period: the pod is Failed at once, and its container runs on for 2 s.</summary>
    EvictedWhileRunning,
}

/// <summary>
/// What a pod does after its creation. Default: it is scheduled at once, starts after 1 s, runs for 1 s and succeeds without a
/// message.
/// </summary>
public sealed record PodScript
{
    /// <summary>Time from creation to scheduling; null: the pod is never scheduled.</summary>
    public TimeSpan? ScheduledAfter { get; init; } = TimeSpan.Zero;

    /// <summary>Time from scheduling to the start of the container, with the image pull. Missing volumes make it longer.</summary>
    public TimeSpan StartsAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The kubelet's word with which it rejects the pod, such as <c>OutOfcpu</c>; null: it takes the pod.</summary>
    public string? Rejection { get; init; }

    /// <summary>Time from the container's end until the kubelet tells it.</summary>
    public TimeSpan NewsAfter { get; init; }

    /// <summary>The image cannot be pulled: the container waits with reason ImagePullBackOff for ever.</summary>
    public bool IsImageMissing { get; init; }

    /// <summary>Run time of the container; null: the container hangs for ever.</summary>
    public TimeSpan? RunsFor { get; init; } = TimeSpan.FromSeconds(1);
    public PodEnd End { get; init; } = PodEnd.Exit;
    public int ExitCode { get; init; }

    /// <summary>The kubelet's words for an eviction.</summary>
    public string EvictedBecause { get; init; } = "The node was low on resource: memory.";

    /// <summary>The termination log at the end. The kubelet keeps the last 4,096 bytes.</summary>
    public string Message { get; init; } = "";

    /// <summary>
    /// The termination log of a stopped container by its run time, for a worker that updates its report while it runs. Null: a
    /// stopped container leaves no log.
    /// </summary>
    public Func<TimeSpan, string>? MessageAfter { get; init; }

    /// <summary>Time from SIGTERM to the end; null: the container ignores SIGTERM and is killed after its grace period.</summary>
    public TimeSpan? StopsAfter { get; init; } = TimeSpan.Zero;

    /// <summary>Exit code after SIGTERM. Default 143, the code of a program without a SIGTERM handler.</summary>
    public int StopExitCode { get; init; } = 143;

    public static PodScript Succeeds(string message = "") => new() { Message = message };

    public static PodScript Fails(int exitCode, string message = "") =>
        new() { ExitCode = exitCode, Message = message };

    public static PodScript Hangs() => new() { RunsFor = null };

    public static PodScript ImageMissing() => new() { IsImageMissing = true };

    public static PodScript Unschedulable() => new() { ScheduledAfter = null };
}
