using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

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
        StoreHolds holds
    )
    {
        if (draft.Spec.Suspend)
        {
            return ImmutableDictionary<string, MissCause>.Empty;
        }
        var plan = draft.Record.Plan(flow);
        var taken = occasion.Entries.SelectMany(TakenUp).ToHashSet(StringComparer.Ordinal);
        var tried = occasion.Entries.SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);
        var busy = Busy(plan, occasion);
        var crowded = HadNoRoomForGroups(draft, flow, occasion) ? Isolations.Stores(plan) : [];
        var hadNoRoom = HadNoRoom(draft, flow, occasion);
        var dueThen = StorePlaces.DueWhenOpened(draft.Record, occasion);
        var offsets = new Lazy<Dictionary<string, TimeSpan>>(() => Offsets(draft, flow, occasion));
        return DueStores
            .Of(draft, flow, occasion)
            .Where(s => !taken.Contains(s) && (tried.Contains(s) || dueThen?.Contains(s) != false))
            .ToDictionary(
                s => s,
                s =>
                    tried.Contains(s) ? MissCause.Infra
                    : holds.IsLockedOut(occasion, s) ? MissCause.Auth
                    : holds.LacksCalls(s) ? MissCause.Quota
                    : busy.Contains(s) ? MissCause.Concurrency
                    : crowded.Contains(s) ? MissCause.Isolation
                    : hadNoRoom ? MissCause.Capacity
                    : Otherwise(draft, occasion, offsets.Value.GetValueOrDefault(s)),
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

    /// <summary>
    /// Stores whose other run was still live when this occasion's first run became too late: a run of an earlier slot, of a
    /// run-now or of a catch-up.
    /// </summary>
    private static HashSet<string> Busy(FlowPlan plan, Occasion occasion) =>
        plan
            .Occasions.Where(o =>
                o.Slot < occasion.Slot || ((o.Order is not null || occasion.Order is not null) && o.Id != occasion.Id)
            )
            .SelectMany(o => o.Entries)
            .Where(e => WasLiveAt(e, FirstTooLate(occasion)))
            .SelectMany(e => e.Stores)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// All places were taken at the last instant for the first or for the last run, or the limit of finished pods was
    /// reached.
    /// </summary>
    private static bool HadNoRoom(Draft draft, string flow, Occasion occasion)
    {
        var live = draft.Record.Plan(flow).Entries.ToList();
        var most = draft.Spec.FindFlow(flow)?.MaxConcurrentRuns;
        return draft.Seen.HasNoRoomForPods || Ends(occasion).Any(end => live.Count(e => WasLiveAt(e, end)) >= most);
    }

    /// <summary>All places of small groups were taken at the last instant for the first or for the last run.</summary>
    private static bool HadNoRoomForGroups(Draft draft, string flow, Occasion occasion)
    {
        var isolated = draft.Record.Plan(flow).Entries.Where(e => e.IsIsolated).ToList();
        return draft.Spec.FindFlow(flow) is { } listed
            && Ends(occasion)
                .Any(end => isolated.Count(e => WasLiveAt(e, end)) >= Isolations.Places(listed.MaxConcurrentRuns));
    }

    private static MissCause Otherwise(Draft draft, Occasion occasion, TimeSpan offset) =>
        Absence.OfOpened(draft, occasion.Slot + offset, FirstTooLate(occasion) + offset);

    /// <summary>When the run of each store was due, counted from the slot.</summary>
    private static Dictionary<string, TimeSpan> Offsets(Draft draft, string flow, Occasion occasion) =>
        draft
            .Record.ChunksOf(flow)
            .Chunks.SelectMany(c =>
                c.Stores.Select(s => (Store: s, Offset: RunGroups.OffsetOf(occasion, Chunking.PositionOf(c.Id))))
            )
            .ToDictionary(p => p.Store, p => p.Offset, StringComparer.Ordinal);

    private static DateTimeOffset[] Ends(Occasion occasion) => [FirstTooLate(occasion), occasion.StartBy];

    /// <summary>When the occasion's first run became too late; the last run does at <see cref="Occasion.StartBy"/>.</summary>
    private static DateTimeOffset FirstTooLate(Occasion occasion) => occasion.StartBy - occasion.Spread;

    private static bool WasLiveAt(Entry entry, DateTimeOffset at) => entry.EndedAt is not { } ended || ended >= at;
}
