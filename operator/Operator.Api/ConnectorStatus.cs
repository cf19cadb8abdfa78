using System.Collections.Immutable;

namespace Operator.Api;

/// <summary>A copy of what the record says; never read back for a decision, but for the counter (a witness).</summary>
public sealed record ConnectorStatus
{
    /// <summary>-1 until the object was first looked at, so that a fresh object never looks finished.</summary>
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

    /// <summary>The stalest stores, worst first: at most 20.</summary>
    public ImmutableArray<StoreTrouble> WorstStores { get; set; } = [];

    /// <summary>The record's counter when this status was written: a record below it was lost.</summary>
    public long RecordCounter { get; set; }
}

public sealed record StoreCounts
{
    public int Total { get; set; }
    public int Active { get; set; }
    public int Suspended { get; set; }
    public int OnStable { get; set; }
    public int OnCandidate { get; set; }

    /// <summary>Active stores that some flow has not synced on the last three due times that are over.</summary>
    public int Stale { get; set; }
}

/// <summary>A stale store, and why.</summary>
public sealed record StoreTrouble
{
    public string Name { get; set; } = "";
    public string Flow { get; set; } = "";

    /// <summary>What became of it on the newest due time, in one CamelCase word; unknown ones must never break a reader.</summary>
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";

    /// <summary>The due time of its last sync that is known, else the first known one on which there was none.</summary>
    public DateTimeOffset Since { get; set; }
}

/// <summary>What one action suspends.</summary>
public sealed record SuspensionStatus
{
    /// <summary>The action's name.</summary>
    public string Action { get; set; } = "";

    /// <summary>Null: all flows.</summary>
    public string? Flow { get; set; }

    /// <summary>The first ten that it names; empty: all stores.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];

    /// <summary>How many it names; null: all stores.</summary>
    public int? StoreCount { get; set; }
    public DateTimeOffset Since { get; set; }

    /// <summary>Null: until an Unsuspend.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>As its author said; null: nothing was said.</summary>
    public string? Reason { get; set; }

    /// <summary>Actions that let a part of it go on.</summary>
    public ImmutableArray<string> LiftedBy { get; set; } = [];
}

public sealed record FlowStatus
{
    public string Name { get; set; } = "";
    public DateTimeOffset? LastSlot { get; set; }
    public DateTimeOffset? NextSlot { get; set; }
    public int ActiveRuns { get; set; }
    public int WaitingRuns { get; set; }

    /// <summary>The quota that stores of the newest slot wait for, with its numbers; absent when none does.</summary>
    public string? WaitingFor { get; set; }

    /// <summary>Active stores that it has not synced on the last three due times that are over.</summary>
    public int StaleStores { get; set; }

    /// <summary>When a run of this flow last ended with every store ok.</summary>
    public DateTimeOffset? LastSuccess { get; set; }
    public MissedCounts Missed { get; set; } = new();
}

public sealed record MissedCounts
{
    /// <summary>Slots of which no run was started at all.</summary>
    public long Slots { get; set; }

    /// <summary>Store-syncs that were due and not started in time, or whose pod was lost.</summary>
    public long StoreSyncs { get; set; }

    /// <summary>The store-syncs by cause.</summary>
    public MissedByCause ByCause { get; set; } = new();
}

public sealed record MissedByCause
{
    /// <summary>Nobody was there to start them in time.</summary>
    public long Downtime { get; set; }

    /// <summary>More was due than maxConcurrentRuns lets run.</summary>
    public long Capacity { get; set; }

    /// <summary>The store's earlier run still went on.</summary>
    public long Concurrency { get; set; }

    /// <summary>A marketplace's quota left nothing for them.</summary>
    public long Quota { get; set; }

    /// <summary>The store fails to authenticate.</summary>
    public long Auth { get; set; }

    /// <summary>The cluster did not run the pod, or lost it.</summary>
    public long Infra { get; set; }
}
