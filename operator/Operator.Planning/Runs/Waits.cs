using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// When each store of a flow was last served: the newest slot in which a run took the store, from the ledger and from live
/// runs.
/// </summary>
internal sealed class Waits
{
    private readonly FlowLedger _ledger;
    private readonly Dictionary<string, DateTimeOffset> _planned = new(StringComparer.Ordinal);
    private readonly Occasion _occasion;
    private readonly HashSet<string> _tried;

    private Waits(FlowLedger ledger, Occasion occasion)
    {
        (_ledger, _occasion) = (ledger, occasion);
        _tried = occasion.Entries.SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);
    }

    public static Waits Of(FlowLedger ledger, FlowPlan plan, Occasion occasion)
    {
        var waits = new Waits(ledger, occasion);
        foreach (var other in plan.Occasions)
        {
            foreach (var store in other.Entries.Where(e => e.Result is null).SelectMany(e => e.Stores))
            {
                waits._planned[store] = other.Slot; // occasions are in order, so the newest wins
            }
        }
        return waits;
    }

    /// <summary>
    /// The store had no run in the slot before this one and none in this slot yet. A store that was tried in this slot does
    /// not count: it takes no place from others.
    /// </summary>
    public bool IsStarving(string store) => !_tried.Contains(store) && HasMissed(store);

    /// <summary>The store had no run in the slot before this one.</summary>
    public bool HasMissed(string store) => ServedLast(store) < _occasion.SlotBefore;

    public DateTimeOffset ServedLast(string store)
    {
        var planned = _planned.GetValueOrDefault(store);
        if (!_ledger.Stores.TryGetValue(store, out var past))
        {
            return planned;
        }
        DateTimeOffset?[] known = [planned, past.LastOkSlot, past.LastRunSlot];
        return known.Max() ?? planned;
    }
}
