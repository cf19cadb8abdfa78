using System.Collections.Immutable;
using Operator.Planning.Calendar;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Actions;

/// <summary>Suspend and Unsuspend: they add orders to the record. Later orders override earlier orders.</summary>
internal static class SuspendRequests
{
    /// <summary>Maximum number of orders in the record.</summary>
    private const int Most = 100;

    /// <summary>Maximum number of store names in all orders. All orders are in one part of the record, which has a size limit.</summary>
    private const int MostNames = 3000;

    public static ActionVerdict Suspend(ActionRequest request)
    {
        var draft = request.Draft;
        return request.Spec.Until.Value <= draft.Now
            ? ActionVerdict.Expire(draft, "its until passed before the operator could apply it; nothing was suspended")
            : request.Unknown() ?? Stand(request, Order(request));
    }

    public static ActionVerdict Unsuspend(ActionRequest request)
    {
        var (draft, order) = (request.Draft, Order(request) with { IsLift = true, Until = null });
        if (request.Unknown() is { } unknown)
        {
            return unknown;
        }
        var isTouched = draft.Record.Actions.Orders.Any(o =>
            !o.IsLift && Suspensions.IsStanding(o, draft.Now) && o.Overlaps(order)
        );
        if (isTouched)
        {
            return Lift(request, order);
        }
        var bySpec = request.Stores.Where(draft.Roster.IsSuspended).ToImmutableArray();
        return draft.Spec.Suspend
                ? ActionVerdict.Reject(
                    draft,
                    "spec.suspend suspends the connector, and an action cannot change the spec; set spec.suspend to false"
                )
            : !bySpec.IsEmpty
                ? ActionVerdict.Reject(
                    draft,
                    $"suspend is set for {ActionTexts.Stores(bySpec)} in the connector, and an action cannot change the spec; set it to false"
                )
            : ActionVerdict.Apply(draft.Record, "no action suspends any of it; nothing changes");
    }

    private static SuspensionOrder Order(ActionRequest request) =>
        new()
        {
            Flow = request.Spec.Flow,
            Stores = request.Stores,
            At = request.Draft.Now,
            Until = request.Spec.Until.Value,
            Action = request.Action.Metadata.Name,
            Reason = request.Spec.Reason,
        };

    /// <summary>Adds a suspension. Drops earlier suspensions that it covers and that end no later.</summary>
    private static ActionVerdict Stand(ActionRequest request, SuspensionOrder order)
    {
        var orders = request.Draft.Record.Actions.Orders.RemoveAll(o =>
            !o.IsLift && order.Covers(o) && (order.Until is null || o.Until <= order.Until)
        );
        var until = order.Until is { } end ? UtcText.Of(end) : "an Unsuspend";
        return With(
            request,
            orders.Add(order),
            $"{ActionTexts.Scope(request.Spec)} is suspended until {until}; live runs end by themselves"
        );
    }

    /// <summary>Ends the suspensions that the lift covers. Keeps the lift itself when another suspension overlaps it only partly.</summary>
    private static ActionVerdict Lift(ActionRequest request, SuspensionOrder lift)
    {
        var draft = request.Draft;
        var orders = draft
            .Record.Actions.Orders.Select(o =>
                !o.IsLift && Suspensions.IsStanding(o, draft.Now) && lift.Covers(o) ? o with { Until = draft.Now } : o
            )
            .ToImmutableArray();
        var reachesBeyond = orders.Any(o => !o.IsLift && Suspensions.IsStanding(o, draft.Now) && o.Overlaps(lift));
        var still = draft.Spec.Suspend ? "; spec.suspend still suspends the connector" : "";
        return With(
            request,
            reachesBeyond ? orders.Add(lift) : orders,
            $"{ActionTexts.Scope(request.Spec)} runs again from the next due time{still}"
        );
    }

    private static ActionVerdict With(ActionRequest request, ImmutableArray<SuspensionOrder> orders, string message)
    {
        var record = request.Draft.Record;
        return orders.Length > Most || orders.Sum(o => o.Stores.Length) > MostNames
            ? ActionVerdict.Reject(
                request.Draft,
                $"the record holds at most {Most} suspensions with {MostNames} store names in all; suspend whole flows, set suspend in the connector, or create an Unsuspend for all first"
            )
            : ActionVerdict.Apply(record with { Actions = record.Actions with { Orders = orders } }, message);
    }
}
