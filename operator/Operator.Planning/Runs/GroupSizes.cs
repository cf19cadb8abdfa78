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
        foreach (var isolation in turn.Plan.Isolated.Where(i => i.Revision == revision))
        {
            Limit(isolation.Store, isolation.Size);
        }
        if (turn.Plan.GeneralFailureOf(revision) is { } failure)
        {
            foreach (var store in failure.Split)
            {
                Limit(store, failure.Size);
            }
        }
        if (turn.Occasion.Entries.Any(e => e.Result == RunResult.Failed))
        {
            var tries = Tries.Of(draft.Record, turn.Flow.Name, turn.Occasion);
            foreach (var store in turn.Waiting)
            {
                Limit(store, tries.SizeOf(store, revision) ?? most);
            }
        }
        return sizes;
    }
}
