using System.Collections.Immutable;

namespace Operator.Api;

/// <summary>
/// A copy of the record. The operator reads back only <see cref="RecordId"/> and <see cref="RecordCounter"/>, to detect a lost
/// record.
/// </summary>
public sealed record ConnectorStatus
{
    /// <summary>-1 until the operator first handles the object, so that a new object never looks finished.</summary>
    public long ObservedGeneration { get; set; } = -1;
    public ImmutableArray<Condition> Conditions { get; set; } = [];
    public string? StableRevision { get; set; }
    public string? StableImage { get; set; }
    public string? CandidateRevision { get; set; }
    public string? CandidateImage { get; set; }
    public StoreCounts Stores { get; set; } = new();

    /// <summary>What actions suspend, oldest first, at most 20.</summary>
    public ImmutableArray<SuspensionStatus> Suspensions { get; set; } = [];
    public ImmutableArray<FlowStatus> Flows { get; set; } = [];

    /// <summary>The stores that were synced longest ago, longest first, at most 20.</summary>
    public ImmutableArray<StoreTrouble> WorstStores { get; set; } = [];

    /// <summary>The id of the record that this status copies; null before the first. Another record is not compared with it.</summary>
    public string? RecordId { get; set; }

    /// <summary>The record's counter when this status was written; the same record with a lower counter is treated as lost.</summary>
    public long RecordCounter { get; set; }
}

public sealed record StoreCounts
{
    public int Total { get; set; }
    public int Active { get; set; }
    public int Suspended { get; set; }

    /// <summary>Stores that stand still, because their spec is wrong.</summary>
    public int Invalid { get; set; }
    public int OnStable { get; set; }
    public int OnCandidate { get; set; }

    /// <summary>Stores, without suspended ones, of which at least one flow synced nothing on the last three closed due times.</summary>
    public int Stale { get; set; }
}

/// <summary>A stale store and the cause.</summary>
public sealed record StoreTrouble
{
    public string Name { get; set; } = "";
    public string Flow { get; set; } = "";

    /// <summary>The outcome of the newest due time, one CamelCase word. Readers must accept unknown words.</summary>
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";

    /// <summary>The due time of the last known sync; without one, the first known due time.</summary>
    public DateTimeOffset Since { get; set; }
}

/// <summary>What one action suspends.</summary>
public sealed record SuspensionStatus
{
    /// <summary>The action's name.</summary>
    public string Action { get; set; } = "";

    /// <summary>Null: all flows.</summary>
    public string? Flow { get; set; }

    /// <summary>The stores that the action names, at most 10; empty: all stores.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];

    /// <summary>How many stores the action names; null: all stores.</summary>
    public int? StoreCount { get; set; }
    public DateTimeOffset Since { get; set; }

    /// <summary>Null: until an Unsuspend.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>The reason that the author gave; null: none.</summary>
    public string? Reason { get; set; }

    /// <summary>Names of Unsuspend actions that lift a part of this suspension.</summary>
    public ImmutableArray<string> LiftedBy { get; set; } = [];
}

public sealed record FlowStatus
{
    public string Name { get; set; } = "";
    public DateTimeOffset? LastSlot { get; set; }
    public DateTimeOffset? NextSlot { get; set; }
    public int ActiveRuns { get; set; }
    public int WaitingRuns { get; set; }

    /// <summary>The quota that waiting stores need, with its numbers; null when no store waits for a quota.</summary>
    public string? WaitingFor { get; set; }

    /// <summary>Stores, without suspended ones, of which this flow synced nothing on the last three closed due times.</summary>
    public int StaleStores { get; set; }

    /// <summary>
    /// <c>AllStores</c>; <c>Cohort</c>: the flow came with a candidate, and only the rollout's stores run it until that is promoted;
    /// <c>Nothing</c>: the content that it came with waits or is rejected, or its spec is wrong. Readers must accept unknown words.
    /// </summary>
    public string RunsOn { get; set; } = "AllStores";

    /// <summary>The oldest of the active stores' newest slots without a failed item; null when no store has one.</summary>
    public DateTimeOffset? OldestOkSlot { get; set; }

    /// <summary>When a run of this flow last ended with every store ok; null when none has.</summary>
    public DateTimeOffset? LastSuccess { get; set; }
    public MissedCounts Missed { get; set; } = new();
}

public sealed record MissedCounts
{
    /// <summary>Slots that were missed as a whole: no run started, or the cluster broke off every run.</summary>
    public long Slots { get; set; }

    /// <summary>Store-syncs that were due and did not start in time, or that the cluster broke off or lost.</summary>
    public long StoreSyncs { get; set; }

    /// <summary>The store-syncs by cause.</summary>
    public MissedByCause ByCause { get; set; } = new();
}

public sealed record MissedByCause
{
    /// <summary>Nobody planned in time: the operator was down.</summary>
    public long Downtime { get; set; }

    /// <summary>More runs were due than maxConcurrentRuns allows.</summary>
    public long Capacity { get; set; }

    /// <summary>The store's earlier run was still live.</summary>
    public long Concurrency { get; set; }

    /// <summary>The marketplace's quota left no calls.</summary>
    public long Quota { get; set; }

    /// <summary>The store failed to authenticate and its runs paused.</summary>
    public long Auth { get; set; }

    /// <summary>The cluster did not run the pod, or lost it.</summary>
    public long Infra { get; set; }

    /// <summary>The store's run, or the runs in its place, were on a node that was lost or switched off.</summary>
    public long Node { get; set; }

    /// <summary>The store runs in a small group after a failure, and the places of such groups were taken.</summary>
    public long Isolation { get; set; }

    /// <summary>Problems of the connector, the flow or the store kept runs from starting.</summary>
    public long InvalidSpec { get; set; }

    /// <summary>The record does not show the cause.</summary>
    public long Unknown { get; set; }
}
