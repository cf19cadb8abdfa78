using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Outcomes;

/// <summary>
/// A store that one flow has not synced for too long: its outcome on the newest occasion on which it was due, and the slot
/// of its last known sync, else of the oldest known occasion on which it was due.
/// </summary>
internal sealed record StaleStore(string Store, string Flow, StoreOutcome Last, DateTimeOffset Since);

/// <summary>
/// Which stores are stale: a store that is not suspended, also one that stands still because its spec is wrong, is stale in a flow when nothing of it was synced on the last three closed
/// occasions on which it was due. Occasions on which the store was suspended or not requested are skipped.
/// </summary>
internal static class Staleness
{
    public const int DueWithoutSync = 3;

    /// <summary>In the order of the flows; empty while the connector is suspended.</summary>
    public static ImmutableArray<StaleStore> Of(Draft draft) =>
        draft.Spec.Suspend ? [] : [.. draft.Spec.Flows.SelectMany(f => Of(draft, f))];

    private static IEnumerable<StaleStore> Of(Draft draft, Flow flow)
    {
        var book = draft.Record.Outcomes;
        var rows = new Rows(book, flow.Name);
        if (rows.Count < DueWithoutSync)
        {
            yield break;
        }
        var (ledger, held) = (draft.Record.Ledger(flow.Name), draft.Suspended);
        for (var place = 0; place < book.Stores.Length; place++)
        {
            var store = book.Stores[place];
            var isWanted = rows.IsStale(place) && draft.Roster.IsWanted(store);
            if (isWanted && !(held.HeldUntil(flow.Name, store) > draft.Now))
            {
                yield return rows.Describe(store, flow.Name, place, ledger.Stores.GetValueOrDefault(store)?.LastOkSlot);
            }
        }
    }

    /// <summary>
    /// A flow's rows, newest first. A row is unpacked only when it is read: for most stores the newest row is enough.
    /// </summary>
    private sealed class Rows(OutcomeBook book, string flow)
    {
        private readonly ImmutableArray<ClosedOccasion> _rows = book.Of(flow).Occasions;
        private readonly StoreOutcome[]?[] _unpacked = new StoreOutcome[]?[book.Of(flow).Occasions.Length];

        public int Count => _rows.Length;

        public bool IsStale(int place)
        {
            var due = 0;
            for (var i = 0; i < Count && due < DueWithoutSync; i++)
            {
                var outcome = At(i, place);
                if (outcome.IsSync())
                {
                    return false;
                }
                due += outcome.IsDue() ? 1 : 0;
            }
            return due == DueWithoutSync;
        }

        /// <summary>For a store that was due at least once.</summary>
        public StaleStore Describe(string store, string flow, int place, DateTimeOffset? lastOk)
        {
            var (newest, oldest) = (-1, -1);
            for (var i = 0; i < Count; i++)
            {
                var outcome = At(i, place);
                if (outcome.IsSync())
                {
                    return new StaleStore(store, flow, At(newest, place), SlotAt(i));
                }
                if (outcome.IsDue())
                {
                    (newest, oldest) = (newest < 0 ? i : newest, i);
                }
            }
            return new StaleStore(store, flow, At(newest, place), lastOk ?? SlotAt(oldest));
        }

        private StoreOutcome At(int row, int place) => (_unpacked[row] ??= book.Unpack(_rows[^(row + 1)]))[place];

        private DateTimeOffset SlotAt(int row) => _rows[^(row + 1)].Slot;
    }
}
