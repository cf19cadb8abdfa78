using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>How large the groups of single stores may be, because a run with them failed. Other stores run in groups of any size.</summary>
internal static class GroupSizes
{
    /// <summary>The sizes below <c>maxStoresPerRun</c>, by store. The smallest of several counts.</summary>
    public static Dictionary<string, int> Of(Draft draft, Turn turn, string revision)
    {
        var (sizes, most) = (new Dictionary<string, int>(StringComparer.Ordinal), turn.Flow.MaxStoresPerRun);
        void Limit(string store, int size)
        {
            if (size < most && !(sizes.TryGetValue(store, out var other) && other <= size))
            {
                sizes[store] = size;
            }
        }
        foreach (var (store, size) in OfPlan(turn.Plan, revision))
        {
            Limit(store, size);
        }
        if (turn.Occasion.Entries.Any(e => e.Result == RunResult.Failed))
        {
            var tries = Tries.Of(draft.Followed, turn.Flow.Name, turn.Occasion);
            foreach (var store in turn.Waiting)
            {
                Limit(store, tries.SizeOf(store, revision) ?? most);
            }
        }
        return sizes;
    }

    /// <summary>The sizes that earlier occasions left for runs of the revision. A store can have several.</summary>
    public static IEnumerable<(string Store, int Size)> OfPlan(FlowPlan plan, string revision) =>
        plan
            .Isolated.Where(i => i.Revision == revision)
            .Select(i => (i.Store, i.Size))
            .Concat(plan.GeneralFailureOf(revision) is { } failure ? failure.Split.Select(s => (s, failure.Size)) : []);
}
