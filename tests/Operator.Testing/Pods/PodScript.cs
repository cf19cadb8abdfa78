namespace Operator.Testing;

/// <summary>How a container that has run its time ends.</summary>
public enum PodEnd
{
    /// <summary>By itself, with the script's exit code and message.</summary>
    Exit,

    /// <summary>Killed for its memory: exit code 137, reason OOMKilled.</summary>
    OutOfMemory,

    /// <summary>The pod is evicted: phase Failed, reason Evicted, and nothing is known of its container any more.</summary>
    Evicted,
}

/// <summary>
/// What a pod does from its creation on. By default it is scheduled at once, starts after a second, runs for a second and ends
/// well without a message.
/// </summary>
public sealed record PodScript
{
    /// <summary>From creation to the node; null: it is never scheduled.</summary>
    public TimeSpan? ScheduledAfter { get; init; } = TimeSpan.Zero;

    /// <summary>From the node to the start of the container, image pull included. Missing volumes prolong it.</summary>
    public TimeSpan StartsAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The image can't be pulled: the container waits as ImagePullBackOff for ever.</summary>
    public bool IsImageMissing { get; init; }

    /// <summary>Null: it hangs for ever.</summary>
    public TimeSpan? RunsFor { get; init; } = TimeSpan.FromSeconds(1);
    public PodEnd End { get; init; } = PodEnd.Exit;
    public int ExitCode { get; init; }

    /// <summary>The termination log at the end. The kubelet keeps its last 4,096 bytes.</summary>
    public string Message { get; init; } = "";

    /// <summary>
    /// The termination log of a container that was stopped after it had run for so long: a worker that rewrites its report as it
    /// goes on. Null: empty until the end.
    /// </summary>
    public Func<TimeSpan, string>? MessageAfter { get; init; }

    /// <summary>From SIGTERM to its end; null: it takes no notice, and is killed at the end of its grace period.</summary>
    public TimeSpan? StopsAfter { get; init; } = TimeSpan.Zero;

    /// <summary>Of a container that ended because of SIGTERM. Default 143, that of a program that does nothing about it.</summary>
    public int StopExitCode { get; init; } = 143;

    public static PodScript Succeeds(string message = "") => new() { Message = message };

    public static PodScript Fails(int exitCode, string message = "") =>
        new() { ExitCode = exitCode, Message = message };

    public static PodScript Hangs() => new() { RunsFor = null };

    public static PodScript ImageMissing() => new() { IsImageMissing = true };

    public static PodScript Unschedulable() => new() { ScheduledAfter = null };
}
