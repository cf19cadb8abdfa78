using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>The persistent state of a connector. Status and labels are only copies of the record.</summary>
public sealed record ConnectorRecord
{
    /// <summary>Random; created with the record's head. Every pod name depends on the id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The head's counter. Each commit adds 1.</summary>
    public long Counter { get; init; }

    /// <summary>Slots before this instant are neither run nor counted as missed.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    public RevisionBook Revisions { get; init; } = new();
    public AttemptBook Attempts { get; init; } = new();
    public StoreBook Stores { get; init; } = new();
    public PauseBook Pauses { get; init; } = new();
    public ActionBook Actions { get; init; } = new();
    public QuotaBook Quotas { get; init; } = new();
    public OutcomeBook Outcomes { get; init; } = new();
    public PlanningBook Planning { get; init; } = new();
    public TrialBook Trials { get; init; } = TrialBook.None;
    public ImmutableSortedDictionary<string, FlowPlan> Plans { get; init; } = EmptyPlans;
    public ImmutableSortedDictionary<string, FlowLedger> Ledgers { get; init; } = EmptyLedgers;
    public ImmutableSortedDictionary<string, ChunkBook> Chunks { get; init; } = EmptyChunks;

    /// <summary>The record as it was last read or committed.</summary>
    public StoredForm Form { get; init; } = StoredForm.None;

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

    /// <summary>The running attempt; null when there is none.</summary>
    public Attempt? RunningAttempt => Attempts.Current;

    public Revision? Stable => Revisions.Find(Revisions.StableHash);

    /// <summary>Termination grace period of the entry's pod.</summary>
    public TimeSpan GraceOf(Entry entry) =>
        (Revisions.Find(entry.Revision)?.Sync ?? new Api.SyncPodSpec()).TerminationGracePeriod.Value;
}
