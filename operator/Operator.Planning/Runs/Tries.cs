using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>How often each store was tried on an occasion, and how.</summary>
internal sealed class Tries
{
    /// <summary>A cause outside the worker is tried again at most this often in one occasion, less one.</summary>
    private const int MostBrokenOff = 5;

    /// <summary>A store that has more to do runs again at most this often in one occasion.</summary>
    private const int MostMore = 20;

    private readonly Dictionary<string, Past> _byStore = new(StringComparer.Ordinal);
    private readonly int _retries;

    private Tries(int retries) => _retries = retries;

    /// <summary>What a store's tries came to: how many failed, were broken off from outside, left more to do; and the last.</summary>
    private readonly record struct Past(Entry Last, int Failed, int BrokenOff, int More);

    private enum Ending
    {
        /// <summary>Not yet, or done: it is not to be tried again.</summary>
        Final,
        Failed,
        BrokenOff,
        More,

        /// <summary>A run of several ended badly before it came to this one: a neighbour's fault.</summary>
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
    /// The next try is planned only when the last one was seen to end: a run that was never seen is not tried again. What a run
    /// reported before it was cut short is done.
    /// </summary>
    public bool OwesRun(string store) =>
        !_byStore.TryGetValue(store, out var past)
        || EndingOf(past.Last, store) switch
        {
            Ending.Final => false,
            Ending.Failed => past.Failed <= _retries,
            Ending.BrokenOff => past.BrokenOff < MostBrokenOff,
            Ending.More => past.More <= MostMore,
            // Groups get smaller with each try, so this ends by itself.
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
