namespace Operator.Planning.Facts;

/// <summary>The fields of a pod that planning needs. When the pod is gone, these are its last state.</summary>
public sealed record ObservedPod
{
    public string Name { get; init; } = "";
    public string Uid { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The pod has a deletion timestamp, or the API server accepted the operator's delete.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>The names of the pod's finalizers, separated by a space; null: it has none.</summary>
    public string? Finalizers { get; init; }

    /// <summary>The pod no longer exists.</summary>
    public bool IsGone { get; init; }

    /// <summary>The entry that the pod runs; null when the annotation is missing or unreadable.</summary>
    public Fingerprint? Fingerprint { get; init; }

    /// <summary>UID of the connector that owns the pod; null: no connector owns it.</summary>
    public string? OwnerUid { get; init; }

    /// <summary>The record's counter when the pod was created.</summary>
    public long Counter { get; init; }
    public PodPhase Phase { get; init; }

    /// <summary>The pod's <c>activeDeadlineSeconds</c>: the kubelet ends it then. Null: the pod has none.</summary>
    public TimeSpan? ActiveDeadline { get; init; }

    /// <summary>The pod's own reason, such as <c>Evicted</c> or <c>DeadlineExceeded</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The kubelet's words beside its reason, of a failed pod; null: none.</summary>
    public string? Message { get; init; }

    /// <summary>Reason of the condition <c>DisruptionTarget</c>; null: the pod does not have the condition.</summary>
    public string? Disruption { get; init; }

    /// <summary>
    /// When the API server was asked to end the pod, by the condition <c>DisruptionTarget</c> or the deletion, whichever was first; null:
    /// it was not, or nobody knows when.
    /// </summary>
    public DateTimeOffset? EndAskedAt { get; init; }

    /// <summary>When the kubelet accepted the pod, by the node's clock, as the times of the container are; null: not yet, or unknown.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>All containers of the pod, init and ephemeral ones included: they share the space for reports. 0: unknown.</summary>
    public int Containers { get; init; }

    /// <summary>The scheduler's message when the pod is unschedulable; else null.</summary>
    public string? UnscheduledBecause { get; init; }

    /// <summary>The id of the container's image as the container runtime reports it; null: not reported yet.</summary>
    public string? ImageId { get; init; }

    /// <summary>The container <c>sync</c>, whatever other containers the pod has.</summary>
    public ContainerSight Container { get; init; } = new ContainerSight.Waiting("", "");

    /// <summary>The init container of others that the worker waits for, or that failed; null: none, or the worker has started.</summary>
    public InitSight? Init { get; init; }

    /// <summary>Another container of the pod has not ended, such as an injected <c>istio-proxy</c>.</summary>
    public bool HasLiveSidecar { get; init; }

    /// <summary>
    /// All live sidecars are native ones (init containers with <c>restartPolicy: Always</c>). The kubelet ends them after the others, so
    /// the pod ends by itself and stays for its log.
    /// </summary>
    public bool HasOnlyNativeSidecars { get; init; }

    /// <summary>
    /// The container of the run has started, as far as its state tells. A runtime that could not start it tells an end as well, with a
    /// start in 1970; and a kubelet that ended a pod before its container was made tells one that it can't find.
    /// </summary>
    public bool HasStarted =>
        Container switch
        {
            ContainerSight.Waiting => false,
            ContainerSight.Terminated ended => ended is { NeverRan: false, IsUnfound: false },
            _ => true,
        };

    /// <summary>The run is over, but a sidecar keeps the pod alive. Without a deletion it would keep its place for ever.</summary>
    public bool IsKeptBySidecar => HasLiveSidecar && Container is ContainerSight.Terminated;
}

public enum PodPhase
{
    Unknown,
    Pending,
    Running,
    Succeeded,
    Failed,
}
