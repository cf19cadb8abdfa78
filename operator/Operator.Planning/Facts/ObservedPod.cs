namespace Operator.Planning.Facts;

/// <summary>What we read of a pod: a projection, with its last state even when it is gone.</summary>
public sealed record ObservedPod
{
    public string Name { get; init; } = "";
    public string Uid { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Somebody asked for its deletion.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>It no longer exists; the rest is its last state.</summary>
    public bool IsGone { get; init; }

    /// <summary>Which entry it is a run of; null when the annotation is missing or unreadable.</summary>
    public Fingerprint? Fingerprint { get; init; }

    /// <summary>The record's counter when it was created.</summary>
    public long Counter { get; init; }
    public PodPhase Phase { get; init; }

    /// <summary>The pod's own reason, such as <c>Evicted</c> or <c>DeadlineExceeded</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Why the cluster ends it, as its condition <c>DisruptionTarget</c> says; null: it does not.</summary>
    public string? Disruption { get; init; }

    /// <summary>Why it is not scheduled, when the scheduler says so.</summary>
    public string? UnscheduledBecause { get; init; }
    public ContainerSight Container { get; init; } = new ContainerSight.Waiting("", "");
}

public enum PodPhase
{
    Unknown,
    Pending,
    Running,
    Succeeded,
    Failed,
}
