using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Outcomes;

/// <summary>What a run came to for each of its stores.</summary>
internal static class RunOutcomes
{
    /// <summary>One place a store of the entry.</summary>
    public static StoreOutcome[] Of(Entry entry, RunEnding ending) =>
        [.. entry.Stores.Select((_, i) => Of(ending.Reports[i], ending, isAlone: entry.Stores.Length == 1))];

    /// <summary>
    /// What the occasion's runs came to, for each store that one of them held: the best, when something was synced, else the last;
    /// but what the cluster did not let happen only when nothing else did.
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
            ({ FailingClass: { } errorClass }, _) => (StoreOutcome)errorClass,
            ({ Failed: 0 }, _) => StoreOutcome.Ok,
            (not null, _) => StoreOutcome.SomeFailed,
            (_, RunResult.Succeeded) when !ending.HasReport => StoreOutcome.OkWithoutCounts,
            // A store that ran alone failed by itself.
            (_, RunResult.Failed) when isAlone => (StoreOutcome)ending.ErrorClass,
            (_, RunResult.Succeeded or RunResult.Failed) => StoreOutcome.NotReached,
            (_, RunResult.Infra) => StoreOutcome.BrokenOff,
            (_, RunResult.NotStarted) => StoreOutcome.NeverStarted,
            (_, RunResult.Lost) => StoreOutcome.NeverSeen,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
