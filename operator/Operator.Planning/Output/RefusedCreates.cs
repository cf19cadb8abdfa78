using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Runs;

namespace Operator.Planning.Output;

/// <summary>
/// Which refused creates wait for one of them. Where the API server refuses several pods of one flow and revision for one kind of cause, the
/// next ones most likely fare alike: one tries for all. For a place of a quota both revisions wait alike, and the coin must not decide who comes
/// first. See decision 0045.
/// </summary>
public static class RefusedCreates
{
    /// <summary>So long before <c>startBy</c> each pod is tried for itself: it may have been refused for a cause of its own.</summary>
    public static readonly TimeSpan LastChance = TimeSpan.FromSeconds(2);

    /// <param name="drafts">The pods that are to be created, the one that was tried longest ago first.</param>
    /// <param name="refusals">The refusals by pod name.</param>
    /// <param name="now">The time.</param>
    /// <returns>The pods that are alike, each group in the given order: its first one tries for all.</returns>
    public static ImmutableArray<ImmutableArray<PodDraft>> Alike(
        IEnumerable<PodDraft> drafts,
        ImmutableSortedDictionary<string, CreateRefusal> refusals,
        DateTimeOffset now
    ) =>
        refusals.Count < FutileRuns.MostInARow
            ? []
            :
            [
                .. drafts
                    .Where(d => refusals.ContainsKey(d.Name) && now < d.StartBy - LastChance)
                    .GroupBy(d => (d.Flow, Revision: RevisionOf(d, refusals[d.Name]), refusals[d.Name].Kind))
                    .Where(g => g.Count() >= FutileRuns.MostInARow)
                    .Select(g => g.ToImmutableArray()),
            ];

    private static string RevisionOf(PodDraft draft, CreateRefusal refusal) =>
        refusal.Kind == RefusalKind.Quota ? "" : draft.Revision.Hash;
}
