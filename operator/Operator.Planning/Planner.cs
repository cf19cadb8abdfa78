using Operator.Planning.Actions;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
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
        var draft = StoreLists.Adopt(Adoption.Begin(seen));
        // What people did comes first: all that follows depends on it.
        draft = seen.ConnectorFindings.IsEmpty ? ActionDecisions.Take(draft) : draft;
        draft = SuspensionEffect.On(Suspension.Note(draft));
        var pods = PodIndex.Of(draft.Record, seen.Pods);
        // Fold what has ended and close the rounds that are over, so that the judge sees all there is.
        draft = Closing.Close(Folding.Fold(draft, pods));
        if (seen.ConnectorFindings.IsEmpty)
        {
            // Decide what the stores may run before deciding who runs now.
            draft = AuthPauses.Forget(AttemptMachine.Advance(draft));
            draft = RunPlanning.Extend(Occasions.OpenDue(draft), pods);
            // What nobody will run in time is over at once: its stores are held for longer than the occasion waits.
            draft = StoreHolds.Exist(draft) ? Closing.Close(draft) : draft;
            draft = Expiry.Mark(draft, pods);
        }
        draft = SuspensionEffect.Forget(Pruning.Forget(draft, pods));
        draft = draft with { Record = Attempts.Trim(draft.Record) };
        return Conclude(draft, pods);
    }

    /// <summary>
    /// By a wrong clock slots of the future would count as missed and live runs as overdue. Nothing is decided until it is right
    /// again: nothing widens, and no candidate run starts.
    /// </summary>
    private static Plan StandStill(Observation seen)
    {
        var draft = SuspensionEffect.On(StoreLists.Adopt(Adoption.Begin(seen)));
        return new Plan
        {
            Record = draft.Record,
            ConnectorStatus = ConnectorTeller.Tell(draft),
            Actions = ActionTeller.Tell(draft),
            Because = "the clock is off",
        };
    }

    private static Plan Conclude(Draft draft, PodIndex pods)
    {
        var isUsable = draft.Seen.ConnectorFindings.IsEmpty;
        return new Plan
        {
            Record = draft.Record,
            MustCommit = draft.MustCommit,
            Changes = isUsable ? Changes.Of(draft, pods) : [],
            ConnectorStatus = ConnectorTeller.Tell(draft),
            RolloutStatus = RolloutTeller.Tell(draft),
            Actions = ActionTeller.Tell(draft),
            OutdatedActions = ActionAges.Outdated(draft),
            Events = draft.Events,
            Folded = draft.Folded,
            LeftOut = draft.LeftOut,
            WakeAt = isUsable ? WakeUp.At(draft, pods) : null,
            Sunsets = isUsable ? Sunsets.Of(draft.Spec) : [],
            IsStuck = !isUsable,
            Because = string.Join("; ", draft.Because),
        };
    }
}
