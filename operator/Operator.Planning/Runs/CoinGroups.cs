using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Runs;

/// <summary>Into how many runs the stores of a cohort are put. Coins are not looked at.</summary>
internal static class CoinGroups
{
    /// <summary>The stores are put into even groups, as many as evidence wants.</summary>
    public static bool AreSpread(Draft draft, ArmChoice choice) =>
        choice == ArmChoice.Coin
        || (choice == ArmChoice.Candidate && draft.Followed.RunningAttempt is { IsWithoutCoins: true });

    /// <summary>
    /// The most stores of other runs. Without coins an outage is told by two runs on stable at least, so the stores outside are no single run. A
    /// refused candidate leaves the whole cohort on stable: its runs are not split.
    /// </summary>
    public static int MostOf(Draft draft, Turn turn, ArmChoice choice, int stores) =>
        choice == ArmChoice.Stable
        && draft.Followed.RunningAttempt is { IsWithoutCoins: true } attempt
        && turn.Occasion.Attempt == attempt.Number
        && stores <= Outside(draft, attempt)
            ? MostOutside(draft, attempt, turn.Flow)
            : turn.Flow.MaxStoresPerRun;

    private static int MostOutside(Draft draft, Attempt attempt, Flow flow) =>
        attempt.IsWithoutCoins && Outside(draft, attempt) > 1
            ? Math.Min(flow.MaxStoresPerRun, Share(Outside(draft, attempt), 2))
            : flow.MaxStoresPerRun;

    private static int Outside(Draft draft, Attempt attempt) =>
        draft.Roster.Active.Length - CohortPlaces.Active(draft, attempt);

    /// <summary>
    /// The number of coins, not of items, is what evidence is made of. So the cohort is split into eight groups at least, where it has so
    /// many stores, and the flow so many places; a part of it, into as many as its share. Groups that are due one after another are formed anew
    /// for the stores that are left, with shares that are rounded up: so never more than what the groups before have left.
    /// </summary>
    public static int RunsOf(Draft draft, Turn turn, int stores)
    {
        var attempt = draft.Followed.RunningAttempt!; // without an attempt no store is spread
        var groups = GroupsOf(draft, turn);
        var left = Math.Max(1, groups - turn.Occasion.Entries.Count(e => IsGroup(attempt, e)));
        var share = Math.Min(Share(stores * groups, attempt.Cohort), left);
        return Math.Max(share, Share(stores, turn.Flow.MaxStoresPerRun));
    }

    /// <summary>A run that such a group had, in no small group. Of runs with a coin, on whichever arm.</summary>
    private static bool IsGroup(Attempt attempt, Entry entry) =>
        !entry.IsIsolated
        && (attempt.IsWithoutCoins ? entry is { Arm: Arm.Candidate, IsPilot: false } : entry.Coin is not null);

    /// <summary>
    /// Where the runs of all stores have places at one time without an attempt, they still have with it: else it would cost stores their sync.
    /// Where they have not, eight more hardly matter.
    /// </summary>
    private static int GroupsOf(Draft draft, Turn turn)
    {
        var attempt = draft.Followed.RunningAttempt!; // see above
        var (flow, book) = (turn.Flow, draft.Record.ChunksOf(turn.Flow.Name));
        var groups = EvidenceNeeds.GroupsAnOccasion(flow, attempt.Cohort, stores: attempt.Cohort);
        int Runs(Func<string, bool> isIn, int most) => ChunkPacking.Pack(book, isIn, most).Count();
        if (Runs(_ => true, flow.MaxStoresPerRun) > flow.MaxConcurrentRuns)
        {
            return groups;
        }
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        var places = flow.MaxConcurrentRuns - Runs(s => !cohort.Contains(s), MostOutside(draft, attempt, flow));
        return Math.Max(Share(attempt.Cohort, flow.MaxStoresPerRun), Math.Min(groups, places));
    }

    /// <summary>Rounded up.</summary>
    private static int Share(int part, int whole) => (part + whole - 1) / Math.Max(1, whole);
}
