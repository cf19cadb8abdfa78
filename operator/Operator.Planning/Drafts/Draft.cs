using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Drafts;

/// <summary>The unfinished plan: the observation, the new record, and the messages so far. Each step takes a draft and returns a draft.</summary>
internal sealed record Draft(Observation Seen, ConnectorRecord Record)
{
    /// <summary>A decision must be committed before it is carried out. Folded runs alone do not force a commit.</summary>
    public bool MustCommit { get; init; }

    /// <summary>The plan starts, widens or promotes an attempt, or gives all stores new content.</summary>
    public bool Widens { get; init; }

    /// <summary>The plan would start, widen or promote, but the live reads that must come before that failed.</summary>
    public bool IsHeldBack { get; init; }
    public ImmutableArray<EventNote> Events { get; init; } = [];
    public ImmutableArray<RunEnded> Folded { get; init; } = [];
    public ImmutableArray<LeftOut> LeftOut { get; init; } = [];

    /// <summary>The spec that planning uses.</summary>
    public EffectiveSpec Effective { get; init; } = EffectiveSpec.Of(Seen.Connector.Spec, Seen.Wrong);

    /// <summary>The stores that the record knew before this plan.</summary>
    public KnownStores Known { get; init; } = new(Seen.Record);

    /// <summary>Due times that were not opened, to be written into the timelines.</summary>
    public ImmutableArray<SkippedSlots> Skipped { get; init; } = [];

    /// <summary>Problems of store lists, one sentence each.</summary>
    public ImmutableArray<string> StoreListProblems { get; init; } = [];

    /// <summary>The decisions, one clause each.</summary>
    public ImmutableArray<string> Because { get; init; } = [];

    /// <summary>The earliest instant at which planned work becomes due; null: none.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Why actions still wait, by the action's UID.</summary>
    public ImmutableDictionary<string, string> WaitingActions { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    public DateTimeOffset Now => Seen.Now;
    public ConnectorSpec Spec => Effective.Spec;
    public StoreRoster Roster => Effective.Roster;
    public Suspensions Suspended => Effective.Suspended;

    /// <summary>The rollout; null when it is missing or unusable.</summary>
    public SyncRollout? Policy => Seen.Rollout is RolloutSight.Present present ? present.Policy : null;

    /// <summary>
    /// The record as new runs see it: while the rollout can't be followed, its attempt is on hold and all stores run stable. So the
    /// revisions that new runs can have are stable and the candidate of <see cref="ConnectorRecord.RunningAttempt"/>.
    /// </summary>
    public ConnectorRecord Followed =>
        Policy is not null || Record.RunningAttempt is null
            ? Record
            : Record with
            {
                Attempts = Record.Attempts with { Current = null },
            };

    public Draft Decide(ConnectorRecord record, string because) =>
        this with
        {
            Record = record,
            MustCommit = true,
            Because = Because.Add(because),
        };

    public Draft Widen() => this with { Widens = true };

    /// <summary>The caches may be behind: without live reads nothing starts, widens or is promoted.</summary>
    public bool MayWiden => Seen.LiveReadFailure is null;

    public Draft HoldBack() => this with { IsHeldBack = true };

    /// <summary>Adds a flow to the record. Only due times after this instant count.</summary>
    public Draft RegisterFlow(Flow flow)
    {
        if (Record.Plans.ContainsKey(flow.Name))
        {
            return this;
        }
        var plan = new FlowPlan
        {
            ListedAt = Now,
            Schedule = flow.Schedule,
            TimeZone = flow.TimeZone,
        };
        return StorePlaces.Align(Decide(Record.With(flow.Name, plan), $"flow '{flow.Name}' is listed"));
    }

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
