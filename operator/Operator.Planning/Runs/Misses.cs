using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>What can keep stores from a run: pauses and quotas, and the pods of other runs.</summary>
internal sealed record Hindrances(StoreHolds Holds, PodIndex Pods);

/// <summary>The store-syncs that an occasion missed when it closes, and the cause of each.</summary>
internal static class Misses
{
    /// <summary>
    /// Stores that were due when the occasion opened and that no run took up, with the cause. A cause is named only where the record
    /// shows it. Empty while the connector is suspended: these syncs are not wanted.
    /// </summary>
    public static IReadOnlyDictionary<string, MissCause> Of(
        Draft draft,
        string flow,
        Occasion occasion,
        Hindrances hindrances
    )
    {
        if (draft.Spec.Suspend)
        {
            return ImmutableDictionary<string, MissCause>.Empty;
        }
        var taken = occasion.Entries.SelectMany(TakenUp).ToHashSet(StringComparer.Ordinal);
        var tried = occasion.Entries.SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);
        var dueThen = StorePlaces.DueWhenOpened(draft.Record, occasion);
        var others = OtherRuns.Of(draft, flow, occasion, hindrances.Pods);
        var offsets = new Lazy<Dictionary<string, TimeSpan>>(() => RunGroups.Offsets(draft, flow, occasion));
        var holds = hindrances.Holds;
        return DueStores
            .Of(draft, flow, occasion)
            .Where(s => !taken.Contains(s) && (tried.Contains(s) || dueThen?.Contains(s) != false))
            .ToDictionary(
                s => s,
                s =>
                    tried.Contains(s) ? CauseOfTry(occasion, s)
                    : draft.Roster.Wrong.Contains(s) ? MissCause.InvalidSpec
                    : holds.MissesByPause(occasion, s) ? MissCause.Auth
                    : holds.LacksCalls(s) ? MissCause.Quota
                    : others.CauseOf(s) is { } other ? other
                    : holds.PausedWhenDue(occasion, s) ? MissCause.Auth
                    : FlowHomes.AwaitsPilot(draft.Record, flow) ? MissCause.Infra
                    : Otherwise(draft, flow, occasion, offsets.Value.GetValueOrDefault(s)),
                StringComparer.Ordinal
            );
    }

    public static MissedTally Sum(IReadOnlyDictionary<string, MissCause> missed) =>
        missed.CountBy(m => m.Value).Aggregate(new MissedTally(), (sum, cause) => sum.Plus(cause.Key, cause.Value));

    /// <summary>
    /// All stores of a run that is evidence; of a run that was broken off from outside, only the stores that it reported.
    /// </summary>
    private static IEnumerable<string> TakenUp(Entry entry) =>
        entry.IsEvidence ? entry.Stores : entry.Stores.Except(entry.NotReached, StringComparer.Ordinal);

    /// <summary>A run took the store, and the cluster broke it off.</summary>
    private static MissCause CauseOfTry(Occasion occasion, string store) =>
        LostNodes.IsOfNode(occasion.Entries.Last(e => e.Stores.Contains(store, StringComparer.Ordinal)).Reason)
            ? MissCause.Node
            : MissCause.Infra;

    private static MissCause Otherwise(Draft draft, string flow, Occasion occasion, TimeSpan offset) =>
        Absence.OfOpened(
            draft,
            draft.Record.Plan(flow),
            occasion.Slot + offset,
            OtherRuns.FirstTooLate(occasion) + offset
        );
}
