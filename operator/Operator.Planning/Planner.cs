using Operator.Planning.Actions;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Outcomes;
using Operator.Planning.Output;
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
        if (seen.IsClockSkewed || seen.CommitRefusal is not null)
        {
            return StandStill(seen);
        }
        if (seen.RecordTooLarge is not null)
        {
            return OnlyDelete(seen);
        }
        var draft = ListAdoption.Adopt(Adoption.Begin(seen));
        // Decide actions first, because suspensions and run-nows change the following steps.
        draft = seen.ConnectorFindings.IsEmpty ? ActionTaking.Take(draft) : draft;
        draft = ListAdoption.UnderSuspensions(PlanningNotes.NoteProblems(SpecSuspension.Note(draft)));
        var (pods, waiting) = (PodIndex.Of(seen.Connector.Metadata.Name, draft.Record, seen.Pods), new WaitingStores());
        // Fold ended runs and close finished occasions, so that the judge sees all evidence.
        draft = Closing.Close(Folding.Fold(Replacement.Note(draft), pods), waiting);
        if (seen.ConnectorFindings.IsEmpty)
        {
            // Choose each store's revision before new runs are planned.
            draft = AttemptMachine.Advance(draft);
            draft = draft with { Record = AuthPauses.Forget(draft.Record, draft.Effective) };
            draft = RunPlanning.Extend(Timelines.WriteSkipped(Occasions.OpenDue(draft)), pods, waiting);
            // Close occasions whose remaining stores are all held beyond the last start time.
            draft = StoreHolds.Exist(draft.Effective, draft.Record) ? Closing.Close(draft, waiting) : draft;
            draft = Expiry.Mark(draft, pods);
        }
        return Conclude(PlanningNotes.NotePlan(Forgetting.Forget(draft, pods)), pods, waiting);
    }

    /// <summary>
    /// With a wrong clock, future slots would count as missed and live runs as overdue. So the planner decides nothing until the
    /// clock is right: no run starts and no cohort widens. The same applies when the record can't be written.
    /// </summary>
    private static Plan StandStill(Observation seen)
    {
        var draft = ListAdoption.UnderSuspensions(ListAdoption.Adopt(Adoption.Begin(seen)));
        return new Plan
        {
            Record = draft.Record,
            ConnectorStatus = ConnectorTeller.Tell(draft, new WaitingStores()),
            Actions = ActionTeller.Tell(draft),
            Sunsets = Sunsets.Of(draft.Spec),
            Because = seen.IsClockSkewed ? "the clock is wrong" : "the record can't be written",
        };
    }

    /// <summary>
    /// A plan that can't be committed must not be carried out. The committed record still says which pods may go, and their end makes
    /// the next record smaller.
    /// </summary>
    private static Plan OnlyDelete(Observation seen)
    {
        var draft = ListAdoption.UnderSuspensions(ListAdoption.Adopt(Adoption.Begin(seen)));
        var isCommitted = seen.Record is RecordSight.Found && seen.ConnectorFindings.IsEmpty;
        return StandStill(seen) with
        {
            Changes = isCommitted
                ? Changes.Deletions(draft, PodIndex.Of(seen.Connector.Metadata.Name, draft.Record, seen.Pods))
                : [],
            RolloutStatus = RolloutTeller.Tell(draft),
            OutdatedActions = ActionAges.Outdated(draft),
            Because = "the record is too large",
        };
    }

    private static Plan Conclude(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        var isUsable = draft.Seen.ConnectorFindings.IsEmpty;
        return new Plan
        {
            Record = draft.Record,
            MustCommit = draft.MustCommit,
            Widens = draft.Widens,
            Changes = isUsable ? Changes.Of(draft, pods) : [],
            ConnectorStatus = ConnectorTeller.Tell(draft, waiting),
            RolloutStatus = RolloutTeller.Tell(draft),
            Actions = ActionTeller.Tell(draft),
            OutdatedActions = ActionAges.Outdated(draft),
            Events = draft.Events,
            Folded = draft.Folded,
            LeftOut = draft.LeftOut,
            WakeAt = isUsable ? WakeUp.At(draft, pods, waiting) : null,
            Sunsets = Sunsets.Of(draft.Spec),
            IsStuck = !isUsable,
            Because = string.Join("; ", draft.Because),
        };
    }
}
