using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// A store that reports more work to do runs again at once. Three runs in a row on one occasion that say so without a single item that went
/// well get nowhere: the third is a failure of the store. See decision 0048.
/// </summary>
internal static class IdleRuns
{
    private const int MostInARow = 3;

    /// <param name="occasion">The occasion with the runs before this one.</param>
    /// <param name="entry">The run.</param>
    /// <param name="ending">How it ended, by its pod. Null: it is live.</param>
    public static RunEnding? Judge(Occasion? occasion, Entry entry, RunEnding? ending)
    {
        if (occasion is null || ending is null || !ending.Reports.Any(r => r is { HasMore: true, Ok: 0 }))
        {
            return ending;
        }
        var before = new Lazy<Dictionary<string, int>>(() => InARow(occasion, entry));
        return ending with
        {
            Reports =
            [
                .. ending.Reports.Select(
                    (report, i) =>
                        report is { HasMore: true, Ok: 0 }
                        && before.Value.GetValueOrDefault(entry.Stores[i]) >= MostInARow - 1
                            ? report.Stalled()
                            : report
                ),
            ],
        };
    }

    /// <summary>How many of the newest runs of each store got nowhere. A run that did not reach the store says nothing.</summary>
    private static Dictionary<string, int> InARow(Occasion occasion, Entry entry)
    {
        var stores = entry.Stores.ToHashSet(StringComparer.Ordinal);
        var idle = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var past in occasion.Entries.Where(e => e.Index < entry.Index && e.Result is not null))
        {
            var outcomes = past.OutcomesOf();
            for (var i = 0; i < past.Stores.Length; i++)
            {
                var store = past.Stores[i];
                if (stores.Contains(store) && !past.NotReached.Contains(store, StringComparer.Ordinal))
                {
                    idle[store] = IsIdle(past, store, outcomes[i]) ? idle.GetValueOrDefault(store) + 1 : 0;
                }
            }
        }
        return idle;
    }

    private static bool IsIdle(Entry entry, string store, StoreOutcome outcome) =>
        outcome == StoreOutcome.NoProgress
        || (entry.MoreStores.Contains(store, StringComparer.Ordinal) && !outcome.IsSync());
}
