using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// From here on the spec says what actions suspend altogether, too: a connector of which no flow runs, and stores that no flow
/// runs. What they suspend in some flows only is asked of <see cref="Suspensions"/>.
/// </summary>
internal static class SuspensionEffect
{
    public static Draft On(Draft draft)
    {
        var held = draft.Suspended;
        if (held.IsEmpty || draft.Spec.Flows.IsEmpty)
        {
            return draft;
        }
        if (draft.Spec.Flows.All(f => held.HeldUntil(f.Name) > draft.Now))
        {
            return WithSpec(draft, draft.Spec with { Suspend = true });
        }
        bool IsHeld(string store) => draft.Spec.Flows.All(f => held.HeldUntil(f.Name, store) > draft.Now);
        var stores = draft.Spec.Stores.Select(s => IsHeld(s.Name) ? s with { Suspend = true } : s);
        var marked = WithSpec(draft, draft.Spec with { Stores = [.. stores] });
        return marked with { Roster = new StoreRoster(marked.Spec.Stores) };
    }

    /// <summary>
    /// Forgets orders that have ended, once no due time from before their end can be opened or is open any more. It needs no
    /// commit of its own.
    /// </summary>
    public static Draft Forget(Draft draft)
    {
        var orders = draft.Record.Actions.Orders;
        var kept = orders.RemoveAll(o => !o.IsLift && IsPast(draft, o));
        for (var i = kept.Length - 1; i >= 0; i--)
        {
            var order = kept[i];
            if (order.IsLift && !kept.Take(i).Any(o => !o.IsLift && o.Overlaps(order)))
            {
                kept = kept.RemoveAt(i);
            }
        }
        return kept.Length == orders.Length
            ? draft
            : draft with
            {
                Record = draft.Record with { Actions = draft.Record.Actions with { Orders = kept } },
            };
    }

    private static bool IsPast(Draft draft, SuspensionOrder order) =>
        order.Until is { } end
        && end <= draft.Now
        && draft
            .Record.Plans.Where(p => order.HasFlow(p.Key))
            .All(p => p.Value.LastSlot >= end && p.Value.Occasions.All(o => o.IsClosed || o.Slot >= end));

    private static Draft WithSpec(Draft draft, ConnectorSpec spec) =>
        draft with
        {
            Seen = draft.Seen with { Connector = draft.Seen.Connector with { Spec = spec } },
        };
}
