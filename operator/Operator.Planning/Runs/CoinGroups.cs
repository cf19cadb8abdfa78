using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Runs;

/// <summary>How many stores a run has at most, by how its arm is settled. Coins are not looked at.</summary>
internal static class CoinGroups
{
    /// <summary>
    /// The number of coins, not of items, is what evidence is made of. So the cohort is split into eight groups at least, where it has so
    /// many stores, and the flow so many places. Without coins the last two stores on stable run alone, so that an outage can be told.
    /// </summary>
    public static int MostOf(Draft draft, Turn turn, ArmChoice choice, int stores)
    {
        var most = turn.Flow.MaxStoresPerRun;
        if (draft.Followed.RunningAttempt is not { } attempt)
        {
            return most;
        }
        if (choice != ArmChoice.Stable)
        {
            return MostOf(draft, turn, attempt);
        }
        // A refused candidate leaves the whole cohort on stable: its runs are not split.
        var areKept =
            attempt.IsWithoutCoins
            && stores <= Attempts.KeptOnStable
            && attempt.Order.Length - attempt.Cohort <= Attempts.KeptOnStable;
        return areKept ? 1 : most;
    }

    /// <summary>
    /// Where the runs of all stores have places at one time without an attempt, they still have with it: else it would cost stores their sync.
    /// Where they have not, eight more hardly matter.
    /// </summary>
    private static int MostOf(Draft draft, Turn turn, Attempt attempt)
    {
        var (flow, book) = (turn.Flow, draft.Record.ChunksOf(turn.Flow.Name));
        var most = Math.Min(
            flow.MaxStoresPerRun,
            Math.Max(1, attempt.Cohort / EvidenceNeeds.GroupsAnOccasion(flow, attempt.Cohort))
        );
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        int Runs(Func<string, bool> isIn, int size) => ChunkPacking.Pack(book, isIn, size).Count();
        if (Runs(_ => true, flow.MaxStoresPerRun) > flow.MaxConcurrentRuns)
        {
            return most;
        }
        var places = flow.MaxConcurrentRuns - Runs(s => !cohort.Contains(s), flow.MaxStoresPerRun);
        while (most < flow.MaxStoresPerRun && Runs(cohort.Contains, most) > places)
        {
            most++;
        }
        return most;
    }
}
