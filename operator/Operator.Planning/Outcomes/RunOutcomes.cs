using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Outcomes;

/// <summary>The outcome of runs for each of their stores.</summary>
internal static class RunOutcomes
{
    /// <summary>One outcome for each store of the entry, in its order.</summary>
    public static StoreOutcome[] Of(Entry entry, RunEnding ending) =>
        [.. entry.Stores.Select((_, i) => Of(ending.Reports[i], ending, isAlone: entry.Stores.Length == 1))];

    /// <summary>
    /// The outcome of each store that a run of the occasion held: the best outcome when something was synced, else the
    /// last. An outcome that the cluster caused counts only when there is no other.
    /// </summary>
    public static Dictionary<string, StoreOutcome> Of(Occasion occasion)
    {
        var outcomes = new Dictionary<string, StoreOutcome>(StringComparer.Ordinal);
        foreach (var entry in occasion.Entries.Where(e => e.Result is not null))
        {
            var row = entry.OutcomesOf();
            for (var i = 0; i < row.Length; i++)
            {
                outcomes[entry.Stores[i]] = outcomes.TryGetValue(entry.Stores[i], out var before)
                    ? Of(before, row[i])
                    : row[i];
            }
        }
        return outcomes;
    }

    private static StoreOutcome Of(StoreOutcome before, StoreOutcome last) =>
        RankOf(before) < RankOf(last) ? before : last;

    private static int RankOf(StoreOutcome outcome) =>
        outcome switch
        {
            StoreOutcome.Ok => 0,
            StoreOutcome.OkWithoutCounts => 1,
            StoreOutcome.SomeFailed => 2,
            StoreOutcome.BrokenOff or StoreOutcome.NeverStarted or StoreOutcome.NeverSeen => 4,
            _ => 3,
        };

    private static StoreOutcome Of(StoreReport? report, RunEnding ending, bool isAlone) =>
        (report, ending.Result) switch
        {
            ({ Ok: 0, Failed: 0, HasMore: true }, _) => StoreOutcome.NoProgress,
            ({ IsStalled: true, FailingClass: 'n' }, _) => StoreOutcome.NoProgress,
            ({ FailingClass: { } errorClass }, _) => (StoreOutcome)errorClass,
            ({ Failed: 0, Stop: null }, _) => StoreOutcome.Ok,
            (not null, _) => StoreOutcome.SomeFailed,
            (_, RunResult.Succeeded) when !ending.HasReport => StoreOutcome.OkWithoutCounts,
            // A failed run of one store is that store's own failure.
            (_, RunResult.Failed) when isAlone => (StoreOutcome)ending.ErrorClass,
            (_, RunResult.Succeeded or RunResult.Failed) => StoreOutcome.NotReached,
            (_, RunResult.Infra) => StoreOutcome.BrokenOff,
            (_, RunResult.NotStarted) => StoreOutcome.NeverStarted,
            // The pod was seen, and the operator stopped it.
            (_, RunResult.Lost) when ending.Reason == Reasons.FingerprintEdited => StoreOutcome.BrokenOff,
            (_, RunResult.Lost) => StoreOutcome.NeverSeen,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
