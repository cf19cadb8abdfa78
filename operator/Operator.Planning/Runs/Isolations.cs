using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Protects stores from a neighbour that crashes the worker: after a failed run, the stores that it did not reach run in
/// groups of half its size, down to one, until ten clean occasions. A store that ran alone cannot have hurt a neighbour, so
/// its crash isolates nobody.
/// </summary>
internal static class Isolations
{
    private const int CleanOccasions = 10;

    public static ImmutableArray<Isolation> After(ImmutableArray<Isolation> isolated, Occasion occasion, RunEnded run)
    {
        var (entry, ending) = (run.Entry, run.Ending);
        if (!entry.IsEvidence || (isolated.IsEmpty && ending.Result == RunResult.Succeeded))
        {
            return isolated;
        }
        var byStore = isolated.ToDictionary(i => i.Store, StringComparer.Ordinal);
        foreach (var store in entry.Stores)
        {
            var before = byStore.GetValueOrDefault(store);
            var isUnreached = entry.NotReached.Contains(store, StringComparer.Ordinal);
            var after =
                !isUnreached ? Cleaner(before, occasion)
                : ending.Result == RunResult.Failed ? Smaller(before, entry, store)
                : before;
            if (after is not null)
            {
                byStore[store] = after;
            }
        }
        return [.. byStore.Values.Where(i => i.Clean < CleanOccasions).OrderBy(i => i.Store, StringComparer.Ordinal)];
    }

    /// <summary>Removes stores that are no longer listed.</summary>
    public static FlowPlan Forget(FlowPlan plan, Func<string, bool> isListed) =>
        plan.Isolated.All(i => isListed(i.Store))
            ? plan
            : plan with
            {
                Isolated = plan.Isolated.RemoveAll(i => !isListed(i.Store)),
            };

    private static Isolation? Cleaner(Isolation? before, Occasion occasion) =>
        before is null || before.CleanOn == occasion.Id
            ? before
            : before with
            {
                Clean = before.Clean + 1,
                CleanOn = occasion.Id,
            };

    private static Isolation? Smaller(Isolation? before, Entry entry, string store) =>
        before is null && entry.Stores.Length == 1
            ? null
            : new Isolation
            {
                Store = store,
                Revision = entry.Revision,
                Size = Math.Max(1, entry.Stores.Length / 2),
            };
}
