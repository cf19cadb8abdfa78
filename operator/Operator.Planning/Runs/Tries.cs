using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>How often each store was tried on an occasion, and with which result.</summary>
internal sealed class Tries
{
    /// <summary>The most tries of a store in one occasion that causes outside the worker may break off.</summary>
    private const int MostBrokenOff = 5;

    /// <summary>A store that reports more work runs again at most this often in one occasion.</summary>
    private const int MostMore = 20;

    private readonly Dictionary<string, Past> _byStore = new(StringComparer.Ordinal);
    private readonly int _retries;

    private Tries(int retries) => _retries = retries;

    /// <summary>
    /// A store's last entry, and how many of its tries failed, were broken off from outside, or left more work.
    /// </summary>
    private readonly record struct Past(Entry Last, int Failed, int BrokenOff, int More);

    private enum Ending
    {
        /// <summary>The run is live or the store is done: no new try.</summary>
        Final,
        Failed,
        BrokenOff,
        More,

        /// <summary>A run of several stores failed before it reached this store: not this store's fault.</summary>
        LeftBehind,
    }

    public static Tries Of(Occasion occasion)
    {
        var tries = new Tries(occasion.Retries);
        foreach (var entry in occasion.Entries)
        {
            foreach (var store in entry.Stores)
            {
                var past = tries._byStore.GetValueOrDefault(store);
                var ending = EndingOf(entry, store);
                tries._byStore[store] = new Past(
                    entry,
                    past.Failed + (ending == Ending.Failed ? 1 : 0),
                    past.BrokenOff + (ending == Ending.BrokenOff ? 1 : 0),
                    past.More + (ending == Ending.More ? 1 : 0)
                );
            }
        }
        return tries;
    }

    /// <summary>
    /// Whether the store still needs a run. A new try needs the end of the last one: a run whose pod was never seen is not
    /// tried again. A store that was reported before its run was cut short is done.
    /// </summary>
    public bool OwesRun(string store) =>
        !_byStore.TryGetValue(store, out var past)
        || EndingOf(past.Last, store) switch
        {
            Ending.Final => false,
            Ending.Failed => past.Failed <= _retries,
            Ending.BrokenOff => past.BrokenOff < MostBrokenOff,
            Ending.More => past.More <= MostMore,
            // Each try halves the group, so this case ends by itself.
            Ending.LeftBehind => true,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static Ending EndingOf(Entry entry, string store)
    {
        var isReached = !entry.NotReached.Contains(store, StringComparer.Ordinal);
        return entry.Result switch
        {
            RunResult.Infra or RunResult.NotStarted when !isReached => Ending.BrokenOff,
            RunResult.Failed when !isReached && entry.Stores.Length > 1 => Ending.LeftBehind,
            RunResult.Failed or RunResult.Succeeded when !isReached => Ending.Failed,
            null or RunResult.Lost => Ending.Final,
            _ when entry.FailedStores.Contains(store, StringComparer.Ordinal) => Ending.Failed,
            _ when entry.MoreStores.Contains(store, StringComparer.Ordinal) => Ending.More,
            _ => Ending.Final,
        };
    }
}
