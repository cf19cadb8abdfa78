namespace Operator.Planning.Scheduling;

/// <summary>How often each store was tried on an occasion, and how its last try ended.</summary>
internal sealed class Tries
{
    /// <summary>A cause outside the worker is tried again at most this often in one occasion.</summary>
    private const int Most = 5;

    private readonly Dictionary<string, (int Count, Entry Last)> _byStore = new(StringComparer.Ordinal);

    private Tries() { }

    public static Tries Of(Occasion occasion)
    {
        var tries = new Tries();
        foreach (var entry in occasion.Entries)
        {
            foreach (var store in entry.Stores)
            {
                tries._byStore[store] = (tries._byStore.GetValueOrDefault(store).Count + 1, entry);
            }
        }
        return tries;
    }

    /// <summary>
    /// The next try is planned only when the last one has ended, and only for a store that it did not reach: for a fault of a
    /// neighbour, or for a cause outside the worker. What a run reported before it was cut short is done, and a run that was
    /// never seen is not tried again.
    /// </summary>
    public bool OwesRun(string store) =>
        !_byStore.TryGetValue(store, out var tries)
        || tries.Last switch
        {
            { Result: RunResult.Failed, Stores.Length: > 1 } => WasNotReached(tries.Last, store),
            { Result: RunResult.Infra or RunResult.NotStarted } => tries.Count < Most
                && WasNotReached(tries.Last, store),
            _ => false,
        };

    private static bool WasNotReached(Entry entry, string store) =>
        entry.NotReached.Contains(store, StringComparer.Ordinal);
}
