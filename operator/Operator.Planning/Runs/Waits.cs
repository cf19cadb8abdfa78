using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Since which slot each store of a flow waits: the newest in which a run took it up, from the ledger and from what runs now.</summary>
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
                waits._planned[store] = other.Slot; // occasions are in order: the newest stays
            }
        }
        return waits;
    }

    /// <summary>
    /// It had no turn in the slot before this one, nor in this one yet. One that was tried in vain is another matter: it takes no
    /// place from others.
    /// </summary>
    public bool IsStarving(string store) => !_tried.Contains(store) && ServedLast(store) < _occasion.SlotBefore;

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
