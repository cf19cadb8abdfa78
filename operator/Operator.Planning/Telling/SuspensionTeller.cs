using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Actions;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Telling;

/// <summary>What is suspended, by which action, until when and why.</summary>
internal static class SuspensionTeller
{
    private const int MostShown = 20;
    private const int MostStoresShown = 10;

    public static ImmutableArray<SuspensionStatus> Tell(Draft draft)
    {
        var orders = draft.Record.Actions.Orders;
        return
        [
            .. orders
                .Where(o => !o.IsLift && Suspensions.IsStanding(o, draft.Now))
                .Take(MostShown)
                .Select(o => Tell(o, [.. orders.SkipWhile(other => other != o).Where(l => l.IsLift && l.Overlaps(o))])),
        ];
    }

    /// <summary>The message of a connector that is suspended as a whole.</summary>
    public static string Message(Draft draft)
    {
        var holders = draft
            .Spec.Flows.Select(f => draft.Suspended.HolderOf(f.Name, draft.Now))
            .OfType<SuspensionOrder>()
            .DistinctBy(o => o.Action, StringComparer.Ordinal)
            .Select(ActionTexts.By);
        // An action that suspends one flow only adds to what the spec suspends, and to lift it is not enough.
        string[] bySpec = draft.Seen.Connector.Spec.Suspend ? ["spec.suspend"] : [];
        string[] all = [.. bySpec, .. holders];
        return all.Length == 0
            ? "suspended: no new run is started"
            : $"suspended by {string.Join(" and ", all)}: no new run is started";
    }

    private static SuspensionStatus Tell(SuspensionOrder order, ImmutableArray<SuspensionOrder> lifts) =>
        new()
        {
            Action = order.Action,
            Flow = order.Flow.Length == 0 ? null : order.Flow,
            Stores = [.. order.Stores.Take(MostStoresShown)],
            StoreCount = order.Stores.IsEmpty ? null : order.Stores.Length,
            Since = ConditionDraft.Seconds(order.At),
            Until = order.Until is { } until ? ConditionDraft.Seconds(until) : null,
            Reason = order.Reason.Length == 0 ? null : order.Reason,
            LiftedBy = [.. lifts.Select(l => l.Action)],
        };
}
