using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Drafts;

/// <summary>The plan in the making: what was seen, the record as it will be, and what there is to tell. Steps take one and give one.</summary>
internal sealed record Draft(Observation Seen, ConnectorRecord Record)
{
    /// <summary>Something was decided that must be in the record before it is done. Mere folding waits for the next commit.</summary>
    public bool MustCommit { get; init; }
    public ImmutableArray<EventNote> Events { get; init; } = [];
    public ImmutableArray<RunEnded> Folded { get; init; } = [];
    public ImmutableArray<LeftOut> LeftOut { get; init; } = [];

    /// <summary>The spec as planning follows it.</summary>
    public EffectiveSpec Effective { get; init; } = EffectiveSpec.Of(Seen.Connector.Spec);

    /// <summary>Due times of which nothing was planned, to be written into the timelines.</summary>
    public ImmutableArray<SkippedSlots> Skipped { get; init; } = [];

    /// <summary>What is wrong with lists of stores, one sentence each.</summary>
    public ImmutableArray<string> StoreListProblems { get; init; } = [];

    /// <summary>What was decided, one clause each.</summary>
    public ImmutableArray<string> Because { get; init; } = [];

    /// <summary>When something planned for later becomes due, if anything is.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Why actions that may still become possible wait, by UID.</summary>
    public ImmutableDictionary<string, string> WaitingActions { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    public DateTimeOffset Now => Seen.Now;
    public ConnectorSpec Spec => Effective.Spec;
    public StoreRoster Roster => Effective.Roster;
    public Suspensions Suspended => Effective.Suspended;

    /// <summary>The policy, when there is one that can be followed.</summary>
    public SyncRollout? Policy => Seen.Rollout is RolloutSight.Present present ? present.Policy : null;

    public Draft Decide(ConnectorRecord record, string because) =>
        this with
        {
            Record = record,
            MustCommit = true,
            Because = Because.Add(because),
        };

    /// <summary>Lists a flow in the record: the first due time that can count comes after that.</summary>
    public Draft RegisterFlow(string flow) =>
        Record.Plans.ContainsKey(flow)
            ? this
            : Decide(Record.With(flow, new FlowPlan { ListedAt = Now }), $"flow '{flow}' is listed");

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
