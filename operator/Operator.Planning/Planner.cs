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

/// <summary>The one decision: from everything that was seen to everything that follows. Total, pure, and a fixed point once applied.</summary>
public static class Planner
{
    public static Plan Plan(Observation seen)
    {
        if (seen.IsClockSkewed)
        {
            return StandStill(seen);
        }
        var draft = ListAdoption.Adopt(Adoption.Begin(seen));
        // What people asked for comes first: all that follows depends on it.
        draft = seen.ConnectorFindings.IsEmpty ? ActionTaking.Take(draft) : draft;
        draft = ListAdoption.UnderSuspensions(SpecSuspension.Note(draft));
        var (pods, waiting) = (PodIndex.Of(draft.Record, seen.Pods), new WaitingStores());
        // Fold what has ended and close the rounds that are over, so that the judge sees all there is.
        draft = Closing.Close(Folding.Fold(draft, pods), waiting);
        if (seen.ConnectorFindings.IsEmpty)
        {
            // Decide what the stores may run before deciding who runs now.
            draft = AttemptMachine.Advance(draft);
            draft = draft with { Record = AuthPauses.Forget(draft.Record, draft.Effective) };
            draft = RunPlanning.Extend(Timelines.WriteSkipped(Occasions.OpenDue(draft)), pods, waiting);
            // What nobody will run in time is over at once: its stores are held for longer than the occasion waits.
            draft = StoreHolds.Exist(draft.Effective, draft.Record) ? Closing.Close(draft, waiting) : draft;
            draft = Expiry.Mark(draft, pods);
        }
        return Conclude(Forgetting.Forget(draft, pods), pods, waiting);
    }

    /// <summary>
    /// By a wrong clock slots of the future would count as missed and live runs as overdue. Nothing is decided until it is right
    /// again: nothing widens, and no candidate run starts.
    /// </summary>
    private static Plan StandStill(Observation seen)
    {
        var draft = ListAdoption.UnderSuspensions(ListAdoption.Adopt(Adoption.Begin(seen)));
        return new Plan
        {
            Record = draft.Record,
            ConnectorStatus = ConnectorTeller.Tell(draft, new WaitingStores()),
            Actions = ActionTeller.Tell(draft),
            Because = "the clock is off",
        };
    }

    private static Plan Conclude(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        var isUsable = draft.Seen.ConnectorFindings.IsEmpty;
        return new Plan
        {
            Record = draft.Record,
            MustCommit = draft.MustCommit,
            Changes = isUsable ? Changes.Of(draft, pods) : [],
            ConnectorStatus = ConnectorTeller.Tell(draft, waiting),
            RolloutStatus = RolloutTeller.Tell(draft),
            Actions = ActionTeller.Tell(draft),
            OutdatedActions = ActionAges.Outdated(draft),
            Events = draft.Events,
            Folded = draft.Folded,
            LeftOut = draft.LeftOut,
            WakeAt = isUsable ? WakeUp.At(draft, pods, waiting) : null,
            Sunsets = isUsable ? Sunsets.Of(draft.Spec) : [],
            IsStuck = !isUsable,
            Because = string.Join("; ", draft.Because),
        };
    }
}
