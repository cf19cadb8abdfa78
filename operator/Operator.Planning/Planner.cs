using System.Collections.Immutable;
using Operator.Planning.Actions;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Outcomes;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;
using Operator.Planning.Steps;
using Operator.Planning.Stores;
using Operator.Planning.Telling;

namespace Operator.Planning;

/// <summary>
/// Computes the plan from the observation. Total and pure: it never throws and has no side effects. A plan right after an
/// applied plan has no changes.
/// </summary>
public static class Planner
{
    public static Plan Plan(Observation seen)
    {
        if (seen.Charge == Charge.Foreign)
        {
            return StandBack(seen);
        }
        if (WhyStill(seen) is { } why)
        {
            return StandStill(seen, why);
        }
        if (seen.CommitRefusal is not null)
        {
            return OnlyDelete(seen, "the record can't be written");
        }
        if (seen.RecordTooLarge is not null)
        {
            return OnlyDelete(seen, "the record is too large");
        }
        var draft = ListAdoption.Adopt(Claiming.Claim(Adoption.Begin(seen)));
        // Decide actions first, because suspensions and run-nows change the following steps.
        draft = seen.ConnectorFindings.IsEmpty ? ActionTaking.Take(draft) : draft;
        draft = PlanningNotes.NoteWrongFlows(PlanningNotes.NoteProblems(SpecSuspension.Note(draft)));
        draft = RolloutChecks.Apply(ListAdoption.UnderSuspensions(draft));
        var (pods, waiting) = (PodIndex.Of(seen, draft.Record), new WaitingStores());
        // Fold ended runs and close finished occasions, so that the judge sees all evidence.
        draft = PauseNotes.NoteEnds(Folding.Fold(Replacement.Note(draft), pods));
        draft = Settlements.Settle(draft, waiting);
        draft = Closing.Close(draft, waiting, pods);
        if (seen.ConnectorFindings.IsEmpty)
        {
            // Choose each store's revision before new runs are planned.
            draft = AttemptMachine.Advance(draft);
            draft = PauseNotes.NoteEnds(draft with { Record = AuthPauses.Forget(draft.Record, draft.Effective) });
            (draft, pods) = UnknownRuns.Adopt(Timelines.WriteSkipped(Occasions.OpenDue(draft)), pods);
            draft = RunPlanning.Extend(draft, pods, waiting);
            // Close occasions whose remaining stores are all held beyond the last start time.
            draft = StoreHolds.Exist(draft.Effective, draft.Record) ? Closing.Close(draft, waiting, pods) : draft;
            draft = Expiry.Mark(draft, pods);
        }
        return Conclude(PlanningNotes.NotePlan(Forgetting.Forget(draft, pods)), pods, waiting);
    }

    private static string? WhyStill(Observation seen) =>
        seen switch
        {
            { IsBeingDeleted: true } => "the connector is being deleted",
            { IsClockSkewed: true } => "the clock is wrong",
            { Record: RecordSight.Foreign } => "an object that is not ours has the record's name",
            _ => null,
        };

    /// <summary>
    /// Another operator is in charge. Two plans for one connector would undo each other's statuses and pods, so this operator does
    /// nothing but tell it, and looks again when the other's claim ends.
    /// </summary>
    private static Plan StandBack(Observation seen)
    {
        var told = ConflictTeller.StandBack(seen);
        return new Plan
        {
            Record = (seen.Record as RecordSight.Found)?.Record ?? new ConnectorRecord(),
            ConnectorStatus = told,
            Events =
            [
                new EventNote(
                    EventTarget.Connector,
                    Reasons.OperatorConflict,
                    ConflictTeller.Message(seen),
                    IsWarning: true
                ),
            ],
            WakeAt = seen.Claim?.FreshUntil > seen.Now ? seen.Claim.FreshUntil : null,
            StandsBack = true,
            Because = ConflictTeller.Message(seen),
        };
    }

    /// <summary>
    /// With a wrong clock, future slots would count as missed and live runs as overdue. So the planner decides nothing until the
    /// clock is right: no run starts, no cohort widens and no pod is deleted. The same applies to a connector that is being deleted, and
    /// to one whose record has the name of a foreign object.
    /// </summary>
    private static Plan StandStill(Observation seen, string because)
    {
        var draft = RolloutChecks.Apply(ListAdoption.UnderSuspensions(ListAdoption.Adopt(Adoption.Begin(seen))));
        return new Plan
        {
            Record = draft.Record,
            ConnectorStatus = ConnectorTeller.Tell(draft, PodIndex.Of(seen, draft.Record), new WaitingStores()),
            RolloutStatus = RolloutTeller.Tell(draft),
            Actions = ActionTeller.Tell(draft),
            IsSuspended = draft.Spec.Suspend,
            Sunsets = Sunsets.Of(draft.Spec),
            Because = because,
        };
    }

    /// <summary>
    /// A plan that can't be committed must not be carried out. The committed record still says which pods may go, and their end makes
    /// the next record smaller.
    /// </summary>
    private static Plan OnlyDelete(Observation seen, string because)
    {
        var draft = ListAdoption.UnderSuspensions(ListAdoption.Adopt(Adoption.Begin(seen)));
        return StandStill(seen, because) with
        {
            Changes = OnlyDeletions(draft, PodIndex.Of(seen, draft.Record)),
            OutdatedActions = ActionAges.Outdated(draft),
        };
    }

    /// <summary>Pods that the committed record allows to delete; none while no record is committed.</summary>
    private static ImmutableArray<Change> OnlyDeletions(Draft draft, PodIndex pods) =>
        draft.Seen.Record is RecordSight.Found ? Changes.Deletions(draft, pods) : [];

    private static Plan Conclude(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        var isUsable = draft.Seen.ConnectorFindings.IsEmpty;
        return new Plan
        {
            Record = draft.Record,
            MustCommit = draft.MustCommit,
            Widens = draft.Widens,
            IsHeldBack = draft.IsHeldBack,
            Changes = isUsable ? Changes.Of(draft, pods) : OnlyDeletions(draft, pods),
            ConnectorStatus = ConnectorTeller.Tell(draft, pods, waiting),
            RolloutStatus = RolloutTeller.Tell(draft),
            Actions = ActionTeller.Tell(draft),
            OutdatedActions = ActionAges.Outdated(draft),
            Events = draft.Events,
            Folded = draft.Folded,
            LeftOut = draft.LeftOut,
            WakeAt = isUsable ? WakeUp.At(draft, pods, waiting) : null,
            ClaimUntil = WakeUp.ClaimEnds(draft),
            Sunsets = Sunsets.Of(draft.Spec),
            IsStuck = !isUsable,
            IsSuspended = draft.Spec.Suspend,
            Because = string.Join("; ", draft.Because),
        };
    }
}
