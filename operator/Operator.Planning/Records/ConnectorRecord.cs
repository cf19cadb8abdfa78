using System.Collections.Immutable;

namespace Operator.Planning;

/// <summary>All that must be remembered about a connector. The one truth: status and labels are copies of it.</summary>
public sealed record ConnectorRecord
{
    /// <summary>Random; made with the record's head and part of every pod's name.</summary>
    public string Id { get; init; } = "";

    /// <summary>The head's counter, one higher with each commit.</summary>
    public long Counter { get; init; }

    /// <summary>Slots due before this instant never count.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    public RevisionBook Revisions { get; init; } = new();
    public AttemptBook Attempts { get; init; } = new();
    public StoreBook Stores { get; init; } = new();
    public PauseBook Pauses { get; init; } = new();
    public ActionBook Actions { get; init; } = new();
    public Quotas.QuotaBook Quotas { get; init; } = new();
    public OutcomeBook Outcomes { get; init; } = new();
    public ImmutableSortedDictionary<string, FlowPlan> Plans { get; init; } = EmptyPlans;
    public ImmutableSortedDictionary<string, FlowLedger> Ledgers { get; init; } = EmptyLedgers;
    public ImmutableSortedDictionary<string, ChunkBook> Chunks { get; init; } = EmptyChunks;

    private static readonly ImmutableSortedDictionary<string, FlowPlan> EmptyPlans = ImmutableSortedDictionary.Create<
        string,
        FlowPlan
    >(StringComparer.Ordinal);
    private static readonly ImmutableSortedDictionary<string, FlowLedger> EmptyLedgers =
        ImmutableSortedDictionary.Create<string, FlowLedger>(StringComparer.Ordinal);

    private static readonly ImmutableSortedDictionary<string, ChunkBook> EmptyChunks = ImmutableSortedDictionary.Create<
        string,
        ChunkBook
    >(StringComparer.Ordinal);

    public FlowPlan Plan(string flow) => Plans.TryGetValue(flow, out var plan) ? plan : new FlowPlan();

    public FlowLedger Ledger(string flow) => Ledgers.TryGetValue(flow, out var ledger) ? ledger : new FlowLedger();

    public ChunkBook ChunksOf(string flow) => Chunks.TryGetValue(flow, out var book) ? book : new ChunkBook();

    public ConnectorRecord With(string flow, ChunkBook book) => this with { Chunks = Chunks.SetItem(flow, book) };

    public ConnectorRecord With(string flow, FlowPlan plan) => this with { Plans = Plans.SetItem(flow, plan) };

    public ConnectorRecord With(string flow, FlowLedger ledger) =>
        this with
        {
            Ledgers = Ledgers.SetItem(flow, ledger),
        };

    /// <summary>The attempt that runs now, if any.</summary>
    public Attempt? RunningAttempt => Attempts.Current;

    public Revision? Stable => Revisions.Find(Revisions.StableHash);

    /// <summary>How long a run of the entry may take to end, once it was told to.</summary>
    public TimeSpan GraceOf(Entry entry) =>
        (Revisions.Find(entry.Revision)?.Sync ?? new Api.SyncPodSpec()).TerminationGracePeriod.Value;
}

/// <summary>The connector's revisions and which of them is stable.</summary>
public sealed record RevisionBook
{
    public ImmutableArray<Revision> Items { get; set; } = [];
    public string? StableHash { get; set; }

    /// <summary>Stable has had a successful run; until then new content replaces it at once.</summary>
    public bool StableIsProven { get; set; }

    /// <summary>The hashes that were stable before, newest last; content among the last three goes back to all stores at once.</summary>
    public ImmutableArray<string> FormerStables { get; set; } = [];

    /// <summary>Content that was convicted; it starts no attempt until the content changes.</summary>
    public Rejection? Rejected { get; set; }

    /// <summary>The record was lost and no stable survived: nothing may be planned until the spec is adopted.</summary>
    public bool IsWithoutTruth { get; set; }

    public Revision? Find(string? hash) =>
        Items.FirstOrDefault(r => string.Equals(r.Hash, hash, StringComparison.Ordinal));
}

public sealed record Rejection
{
    public string Hash { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
}

/// <summary>Which stores don't run for a while, whatever their flows.</summary>
public sealed record PauseBook
{
    public ImmutableSortedDictionary<string, Credentials.AuthPause> Auth { get; set; } =
        ImmutableSortedDictionary.Create<string, Credentials.AuthPause>(StringComparer.Ordinal);

    internal bool IsEmpty => Auth.IsEmpty;
}

/// <summary>Attempts to roll a candidate out: the running one and the last ten that ended.</summary>
public sealed record AttemptBook
{
    public int LastNumber { get; set; }
    public Attempt? Current { get; set; }

    /// <summary>Newest first.</summary>
    public ImmutableArray<EndedAttempt> History { get; set; } = [];

    /// <summary>The spec was suspended when last looked at.</summary>
    public bool Suspended { get; set; }

    /// <summary>When the connector was last resumed; slots due before count for nothing.</summary>
    public DateTimeOffset? ResumedAt { get; set; }
}

/// <summary>One attempt to roll a candidate out. What widens (Step, Cohort) is committed before it is done.</summary>
public sealed record Attempt
{
    public int Number { get; set; }
    public string Revision { get; set; } = "";
    public string RolloutName { get; set; } = "";

    /// <summary>The attempt ends when the rollout with this UID is gone.</summary>
    public string RolloutUid { get; set; } = "";

    /// <summary>All stores in the order in which they get the candidate, fixed at the start; later ones are appended by a step.</summary>
    public ImmutableArray<string> Order { get; set; } = [];

    /// <summary>The first so many places of <see cref="Order"/> run the candidate.</summary>
    public int Cohort { get; set; }

    /// <summary>Index into the rollout's steps as they were when the step was committed.</summary>
    public int Step { get; set; }

    /// <summary>How many steps there were.</summary>
    public int Steps { get; set; }

    /// <summary>Counts the steps that this attempt committed, from 1: an edit of the steps may take one index twice.</summary>
    public int Stage { get; set; } = 1;

    /// <summary>Fingerprint of the steps; another one means that somebody edited them.</summary>
    public string StepsHash { get; set; } = "";
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset StepStartedAt { get; set; }

    /// <summary>Dwell of this step, counted in observed rounds.</summary>
    public TimeSpan Dwelled { get; set; }

    /// <summary>Dwell was counted up to this instant.</summary>
    public DateTimeOffset DwellMark { get; set; }

    /// <summary>A container of the candidate has started: its image exists here. Until then only the pilot runs it.</summary>
    public bool HasStarted { get; set; }

    /// <summary>Convicted under onFailure Pause: the cohort stays, nothing widens.</summary>
    public Rejection? PausedOn { get; set; }
}

public sealed record EndedAttempt
{
    public int Number { get; set; }
    public string Revision { get; set; } = "";
    public string Image { get; set; } = "";
    public AttemptOutcome Outcome { get; set; }
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
    public string RolloutUid { get; set; } = "";

    /// <summary>Counted from 1.</summary>
    public int Step { get; set; }
    public int Steps { get; set; }
    public int Cohort { get; set; }
    public int Stores { get; set; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset StepStartedAt { get; set; }
    public DateTimeOffset EndedAt { get; set; }
}

public enum AttemptOutcome
{
    Promoted,
    RolledBack,
    Aborted,
    Superseded,
    Reset,
}
