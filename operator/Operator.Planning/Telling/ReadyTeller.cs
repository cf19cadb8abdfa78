using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;

namespace Operator.Planning.Telling;

/// <summary>What the conditions need besides the draft.</summary>
/// <param name="Stale">The stores that are not synced.</param>
/// <param name="Unstartable">A due time of which no container can start; null: none.</param>
internal sealed record Sights(ImmutableArray<StaleStore> Stale, RoundProblem? Unstartable)
{
    /// <summary>The condition that pods are refused; null: none is.</summary>
    public ConditionDraft? Refused { get; init; }

    /// <summary>Refused pods are all that is to be seen of a due time.</summary>
    public bool IsAllRefused { get; init; }
}

/// <summary>Derives the connector's condition Ready.</summary>
internal static class ReadyTeller
{
    /// <summary>The Ready condition: the first rule that applies decides.</summary>
    public static ConditionDraft Tell(Draft draft, Sights sights) =>
        WhyNothingIsPlanned(draft) ?? WhatIsWrong(draft, sights) ?? Serving(draft, draft.Seen.Desired);

    private static ConditionDraft? WhyNothingIsPlanned(Draft draft)
    {
        var seen = draft.Seen;
        return draft switch
        {
            _ when seen.IsBeingDeleted => NotReady(Reasons.BeingDeleted, BeingDeleted(seen.Connector.Metadata)),
            _ when !seen.ConnectorFindings.IsEmpty => NotReady(
                Reasons.InvalidSpec,
                string.Join("; ", seen.ConnectorFindings)
            ),
            _ when seen.CommitRefusal is { } words => NotReady(
                Reasons.RecordRefused,
                $"the API server refuses to write the record: nothing new is planned: {words}"
            ),
            _ when seen.Record is RecordSight.Foreign foreign => NotReady(
                Reasons.RecordForeign,
                $"{foreign.Holder} has the name of the connector's record but is not the operator's: nothing new is planned; delete it, or delete this connector and create one with another name"
            ),
            _ when seen.RecordTooLarge is { } arithmetic => NotReady(
                Reasons.RecordTooLarge,
                RecordSizes.Message(arithmetic)
            ),
            _ when draft.Record.Revisions.IsWithoutTruth => NotReady(
                Reasons.RecordLost,
                "the record was lost and no stable revision survived: nothing is run, because it is unknown what the stores ran; set updatePolicy: Immediate to adopt the spec as stable"
            ),
            _ when draft.Roster.IsEmpty && !draft.StoreListProblems.IsEmpty => NotReady(
                Reasons.StoreListBroken,
                StoreTroubles.ListsBroken(draft)
            ),
            _ when draft.Spec.Suspend => ConditionDraft.True(
                ConditionTypes.Ready,
                Reasons.Suspended,
                SuspensionTeller.Message(draft)
            ),
            _ when draft.Roster.IsEmpty && StoreTroubles.Dropped(draft) is { } lost => NotReady(
                Reasons.StoresDropped,
                lost.Message
            ),
            _ when seen.IsClockSkewed => NotReady(
                Reasons.ClockSkew,
                "the operator's clock is more than 5 s off the API server's: nothing new is planned; synchronise the node's clock"
            ),
            _ when seen.HasNoRoomForPods => NotReady(
                Reasons.FinishedPodsCap,
                "finished pods that are not in the records yet are as many as --finished-pods-cap allows: nothing new is planned; see the operator's log for records that can't be written, or raise the cap"
            ),
            _ => null,
        };
    }

    private static ConditionDraft? WhatIsWrong(Draft draft, Sights sights)
    {
        var shortage = Wanted(draft).Select(p => p.Shortage).OfType<string>().FirstOrDefault();
        return draft switch
        {
            _ when sights.Refused is { } refused && IsNothingAccepted(draft, sights, refused) => NotReady(
                refused.Reason,
                refused.Message
            ),
            _ when NothingRuns(draft, sights) is { } problem => NotReady(problem.Reason, problem.Message),
            _ when WrongPartTeller.Message(draft) is { } wrong => NotReady(Reasons.InvalidSpec, wrong),
            _ when shortage is not null => NotReady(Reasons.CapacityTooLow, shortage),
            _ when QuotaTroubles.TooLow(draft) is { } arithmetic => NotReady(
                Reasons.QuotaTooLow,
                $"stores take turns, because the application's calls do not suffice for all: {arithmetic}"
            ),
            _ when IsMost(sights.Stale, draft) => NotReady(Reasons.StoresStale, Staleness(sights.Stale, draft)),
            _ => null,
        };
    }

    private static string BeingDeleted(ObjectMeta metadata)
    {
        var keepers = string.Join(", ", metadata.Finalizers.Select(f => $"'{f}'"));
        var waits = keepers.Length == 0 ? "" : $" and waits for the finalizers {keepers} of others";
        return $"the connector is being deleted{waits}: nothing new is run, live runs end by themselves";
    }

    private static bool IsNothingAccepted(Draft draft, Sights sights, ConditionDraft refused) =>
        sights.IsAllRefused || Wanted(draft).Any(p => RefusalTeller.IsTotal(p, refused));

    /// <summary>
    /// The newest closed due time synced nothing, or no container of an open one can start. The same cause keeps the same message from
    /// one due time to the next.
    /// </summary>
    private static RoundProblem? NothingRuns(Draft draft, Sights sights)
    {
        var closed = Wanted(draft).FirstOrDefault(p => p.Problem is { IsTotal: true })?.Problem;
        return sights.Unstartable is { } open && open.Reason != closed?.Reason ? open : closed;
    }

    /// <summary>
    /// The flows whose syncs somebody wants now. What the last due time of another flow came to stays in the record, but no due time
    /// follows that could put it right.
    /// </summary>
    private static IEnumerable<FlowPlan> Wanted(Draft draft) =>
        draft.Roster.Active.IsEmpty
            ? []
            : draft.Record.Plans.Where(p => !(draft.Suspended.HeldUntil(p.Key) > draft.Now)).Select(p => p.Value);

    private static bool IsMost(ImmutableArray<StaleStore> stale, Draft draft) =>
        2 * NamesOf(stale) > draft.Roster.Active.Length + draft.Roster.Wrong.Count;

    private static int NamesOf(ImmutableArray<StaleStore> stale) =>
        stale.DistinctBy(s => s.Store, StringComparer.Ordinal).Count();

    /// <summary>Tenths, because a message that changes with each store would be a write for each.</summary>
    private static string Staleness(ImmutableArray<StaleStore> stale, Draft draft)
    {
        var (stores, active) = (NamesOf(stale), draft.Roster.Active.Length + draft.Roster.Wrong.Count);
        var share =
            stores == active ? $"all {active} active stores"
            : (10 * stores / active) is > 5 and var tenths ? $"about {tenths} in 10 of the {active} active stores"
            : $"more than half of the {active} active stores";
        var cause = stale.CountBy(s => s.Last).OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key;
        return $"{share} were not synced on their last {Outcomes.Staleness.DueWithoutSync} due times; the cause of most: {OutcomeWords.Sentence(cause)}; see status.worstStores";
    }

    /// <summary>Ready is True because the stores run stable; the message says what holds newer content back.</summary>
    private static ConditionDraft Serving(Draft draft, DesiredContent content)
    {
        var book = draft.Record.Revisions;
        var stable = $"stores run revision {book.StableHash}";
        var isRunning = draft.Record.RunningAttempt is not null;
        var desired = AskedContent.HashOf(draft);
        var isCurrent = isRunning || desired == book.StableHash;
        return draft switch
        {
            _ when content is DesiredContent.Unformed unformed => Unformed(unformed, book.StableHash),
            _ when isRunning && draft.Policy is null => Serving(
                Reasons.RolloutUnusable,
                "all stores run stable while the SyncRollout can't be followed; correct it"
            ),
            _ when isCurrent && draft.Roster.Active.IsEmpty => Serving(
                Reasons.NoActiveStores,
                $"no store is active, so nothing is due; {stable}"
            ),
            _ when isCurrent => BeforeFirstEnd(draft) ?? Serving(Reasons.Syncing, stable),
            _ when draft.IsHeldBack => Serving(Reasons.LiveReadFailed, $"{stable}; {HeldBack(draft)}"),
            _ when book.Rejected is { } rejected => Serving(
                Reasons.RevisionRejected,
                $"{stable}; revision {desired} is rejected ({rejected.Reason}): {rejected.Message}"
            ),
            _ when draft.Seen.Rollout is RolloutSight.Unusable => Serving(
                Reasons.RolloutUnusable,
                $"{stable}; revision {desired} waits, because the SyncRollout can't be followed; correct it"
            ),
            _ when draft.Policy is { Metadata.DeletionTimestamp: not null } => Serving(
                Reasons.RolloutMissing,
                $"{stable}; revision {desired} waits, because the SyncRollout is being deleted; create another one when it is gone"
            ),
            _ => Serving(
                Reasons.RolloutMissing,
                $"{stable}; revision {desired} waits for a SyncRollout; create one, or set updatePolicy: Immediate"
            ),
        };
    }

    /// <summary>Until a first run has ended nobody knows whether the connector syncs anything; null: one has.</summary>
    private static ConditionDraft? BeforeFirstEnd(Draft draft)
    {
        if (HaveEnded(draft.Record))
        {
            return null;
        }
        if (draft.Record.Plans.Values.Any(p => p.Occasions.Any(o => !o.IsClosed)))
        {
            return ConditionDraft.Unknown(
                ConditionTypes.Ready,
                Reasons.FirstRunsUnderWay,
                "the first runs are due, and none of them has ended yet"
            );
        }
        var first = draft
            .Spec.Flows.Select(f => (f.Name, At: Occasions.NextSlot(draft, f)))
            .Where(f => f.At is not null)
            .OrderBy(f => f.At)
            .FirstOrDefault();
        return first.At is { } at
            ? Serving(
                Reasons.WaitingForFirstDueTime,
                $"nothing has been due yet; the first due time is {UtcText.Of(at)}, of flow '{first.Name}'"
            )
            : null;
    }

    /// <summary>A run has ended, or a due time was closed or missed.</summary>
    private static bool HaveEnded(ConnectorRecord record) =>
        record.Plans.Values.Any(p => p.MissedStoreSyncs > 0 || p.Entries.Any(e => e.Result is not null))
        || record.Outcomes.Flows.Values.Any(f => f.Occasions.Any(o => o.Kind != OccasionKind.Skipped));

    public static string HeldBack(Draft draft) =>
        $"new content waits, because what must be read before it starts or spreads can't be read: {draft.Seen.LiveReadFailure}";

    /// <summary>A missing ConfigMap may come back; values that are too large need an edit.</summary>
    private static ConditionDraft Unformed(DesiredContent.Unformed content, string? stable) =>
        (content.IsMissing, stable) switch
        {
            (true, { } hash) => Serving(
                content.Reason,
                $"stores go on with their revisions, stable is {hash}; new content waits: {content.Why}"
            ),
            (true, null) => NotReady(content.Reason, content.Why),
            (false, { } hash) => NotReady(
                content.Reason,
                $"{content.Why}; stores go on with their revisions, stable is {hash}"
            ),
            (false, null) => NotReady(content.Reason, content.Why),
        };

    private static ConditionDraft NotReady(string reason, string message) =>
        ConditionDraft.False(ConditionTypes.Ready, reason, message);

    private static ConditionDraft Serving(string reason, string message) =>
        ConditionDraft.True(ConditionTypes.Ready, reason, message);
}
