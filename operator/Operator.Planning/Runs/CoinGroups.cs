using Operator.Planning.Drafts;
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
    /// The most stores of other runs. Without coins the last two stores on stable run alone, so that an outage can be told. A refused candidate
    /// leaves the whole cohort on stable: its runs are not split.
    /// </summary>
    public static int MostOf(Draft draft, Turn turn, ArmChoice choice, int stores)
    {
        var areKept =
            choice == ArmChoice.Stable
            && draft.Followed.RunningAttempt is { IsWithoutCoins: true } attempt
            && stores <= Attempts.KeptOnStable
            && attempt.Order.Length - attempt.Cohort <= Attempts.KeptOnStable;
        return areKept ? 1 : turn.Flow.MaxStoresPerRun;
    }

    /// <summary>
    /// The number of coins, not of items, is what evidence is made of. So the cohort is split into eight groups at least, where it has so
    /// many stores, and the flow so many places; a part of it, into as many as its share.
    /// </summary>
    public static int RunsOf(Draft draft, Turn turn, int stores)
    {
        var cohort = draft.Followed.RunningAttempt!.Cohort; // without an attempt no store is spread
        var most = turn.Flow.MaxStoresPerRun;
        return Math.Max(Share(stores * GroupsOf(draft, turn), cohort), Share(stores, most));
    }

    /// <summary>
    /// Where the runs of all stores have places at one time without an attempt, they still have with it: else it would cost stores their sync.
    /// Where they have not, eight more hardly matter.
    /// </summary>
    private static int GroupsOf(Draft draft, Turn turn)
    {
        var attempt = draft.Followed.RunningAttempt!; // see above
        var (flow, book) = (turn.Flow, draft.Record.ChunksOf(turn.Flow.Name));
        var groups = EvidenceNeeds.GroupsAnOccasion(flow, attempt.Cohort);
        int Runs(Func<string, bool> isIn) => ChunkPacking.Pack(book, isIn, flow.MaxStoresPerRun).Count();
        if (Runs(_ => true) > flow.MaxConcurrentRuns)
        {
            return groups;
        }
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        var places = flow.MaxConcurrentRuns - Runs(s => !cohort.Contains(s));
        return Math.Max(Share(attempt.Cohort, flow.MaxStoresPerRun), Math.Min(groups, places));
    }

    /// <summary>Rounded up.</summary>
    private static int Share(int part, int whole) => (part + whole - 1) / Math.Max(1, whole);
}
