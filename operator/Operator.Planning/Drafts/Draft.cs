using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Drafts;

/// <summary>The plan in the making: what was seen, the record as it will be, and what there is to tell. Steps take one and give one.</summary>
internal sealed record Draft(Observation Seen, ConnectorRecord Record)
{
    /// <summary>Something was decided that must be in the record before it is done. Mere folding waits for the next commit.</summary>
    public bool MustCommit { get; init; }
    public ImmutableArray<EventNote> Events { get; init; } = [];
    public ImmutableArray<EndedRun> Folded { get; init; } = [];
    public ImmutableArray<LeftOut> LeftOut { get; init; } = [];

    /// <summary>Every store, those of <c>storesFrom</c> included.</summary>
    public StoreRoster Roster { get; init; } = StoreRoster.Empty;

    /// <summary>What is wrong with lists of stores, one sentence each.</summary>
    public ImmutableArray<string> StoreListProblems { get; init; } = [];

    /// <summary>What was decided, one clause each.</summary>
    public ImmutableArray<string> Because { get; init; } = [];

    /// <summary>The quotas that the flows draw on.</summary>
    public QuotaTable Quotas { get; } = QuotaTable.Of(Seen.Connector.Spec);

    /// <summary>When something planned for later becomes due, if anything is.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Why actions that may still become possible wait, by UID.</summary>
    public ImmutableDictionary<string, string> WaitingActions { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    public DateTimeOffset Now => Seen.Now;
    public ConnectorSpec Spec => Seen.Connector.Spec;

    /// <summary>What actions suspend.</summary>
    public Suspensions Suspended => Suspensions.Of(Record.Actions);

    /// <summary>The policy, when there is one that can be followed.</summary>
    public SyncRollout? Policy => Seen.Rollout is RolloutSight.Present present ? present.Policy : null;

    public Draft Decide(ConnectorRecord record, string because) =>
        this with
        {
            Record = record,
            MustCommit = true,
            Because = Because.Add(because),
        };

    public Draft Await(IEnumerable<DateTimeOffset> instants) =>
        this with
        {
            NextDue = instants.Select(at => (DateTimeOffset?)at).Append(NextDue).Min(),
        };

    public Draft Tell(EventTarget target, string reason, string message, bool isWarning = false) =>
        this with
        {
            Events = Events.Add(new EventNote(target, reason, message, isWarning)),
        };
}
