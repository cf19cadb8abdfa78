using System.Collections.Immutable;

namespace Operator.Planning;

/// <summary>
/// One store that crashes the worker must not take its neighbours along: the stores that a run which ended badly did not reach
/// run in groups of half the size, down to one, until ten clean occasions.
/// </summary>
internal static class Isolations
{
    private const int CleanOccasions = 10;

    public static ImmutableArray<Isolation> After(ImmutableArray<Isolation> isolated, Entry entry, RunEnding ending)
    {
        var byStore = isolated.ToDictionary(i => i.Store, StringComparer.Ordinal);
        foreach (var store in entry.Stores)
        {
            var isUnreached = entry.NotReached.Contains(store, StringComparer.Ordinal);
            if (ending.Result == RunResult.Failed && isUnreached)
            {
                byStore[store] = new Isolation
                {
                    Store = store,
                    Revision = entry.Revision,
                    Size = Math.Max(1, entry.Stores.Length / 2),
                };
            }
            else if (
                ending.Result is RunResult.Succeeded or RunResult.Failed
                && !isUnreached
                && byStore.TryGetValue(store, out var before)
            )
            {
                byStore[store] = before with { Clean = before.Clean + 1 };
            }
        }
        return [.. byStore.Values.Where(i => i.Clean < CleanOccasions).OrderBy(i => i.Store, StringComparer.Ordinal)];
    }
}
