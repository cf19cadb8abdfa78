using Operator.Planning.Drafts;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Runs;

/// <summary>
/// Which of several stores with one account goes first: the one that was served longest ago. One that can't run now keeps no other one
/// from a run.
/// </summary>
internal static class AccountTurns
{
    public enum Rank
    {
        /// <summary>It can run, or it missed the due time before and waits for this one.</summary>
        Next,
        NotDueYet,
        TooLate,
        WithoutCalls,
    }

    /// <summary>The turn of a store: its rank, then when it was last served or is due, then when it is due.</summary>
    public static Func<string, (Rank Rank, DateTimeOffset By, DateTimeOffset DueAt)> Of(Draft draft, Turn turn)
    {
        var (occasion, ledger) = (turn.Occasion, draft.Record.Ledger(turn.Flow.Name));
        var offsets = RunGroups.Offsets(draft, turn.Flow.Name, occasion);
        return store =>
        {
            var offset = offsets.GetValueOrDefault(store);
            var dueAt = occasion.Slot + offset;
            var startBy = CatchUps.StartBy(ledger, occasion, store, draft.Now) - occasion.Spread + offset;
            return turn.Holds.LacksCalls(store) ? (Rank.WithoutCalls, dueAt, dueAt)
                : draft.Now > startBy ? (Rank.TooLate, dueAt, dueAt)
                : draft.Now < dueAt && !turn.Waits.IsStarving(store) ? (Rank.NotDueYet, dueAt, dueAt)
                : (Rank.Next, turn.Waits.ServedLast(store), dueAt);
        };
    }
}
