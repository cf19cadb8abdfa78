using Operator.Planning.Drafts;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Runs;

/// <summary>
/// Which of several stores with one account goes first: the one that was served longest ago. One that can't run now keeps no other one
/// from a run.
/// </summary>
/// <param name="Rank">Whether the store can run now.</param>
/// <param name="By">When it was last served, or when it can run.</param>
/// <param name="DueAt">When its run is due, with its share of the spread.</param>
internal readonly record struct AccountTurn(AccountRank Rank, DateTimeOffset By, DateTimeOffset DueAt)
    : IComparable<AccountTurn>
{
    public int CompareTo(AccountTurn other) => (Rank, By, DueAt).CompareTo((other.Rank, other.By, other.DueAt));
}

internal enum AccountRank
{
    /// <summary>It can run, or it missed the due time before and waits for this one.</summary>
    Next,
    NotDueYet,
    TooLate,
    WithoutCalls,
}

internal static class AccountTurns
{
    public static Func<string, AccountTurn> Of(Draft draft, Turn turn)
    {
        var (occasion, ledger) = (turn.Occasion, draft.Record.Ledger(turn.Flow.Name));
        var offsets = RunGroups.Offsets(draft, turn.Flow.Name, occasion);
        return store =>
        {
            var offset = offsets.GetValueOrDefault(store);
            var dueAt = occasion.Slot + offset;
            var startBy = CatchUps.StartBy(ledger, occasion, store, draft.Now) - occasion.Spread + offset;
            return turn.Holds.LacksCalls(store) ? new AccountTurn(AccountRank.WithoutCalls, dueAt, dueAt)
                : draft.Now > startBy ? new AccountTurn(AccountRank.TooLate, dueAt, dueAt)
                : draft.Now < dueAt && !turn.Waits.IsStarving(store)
                    ? new AccountTurn(AccountRank.NotDueYet, dueAt, dueAt)
                : new AccountTurn(AccountRank.Next, turn.Waits.ServedLast(store), dueAt);
        };
    }
}
