using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// How many of a flow's <c>maxConcurrentRuns</c> an occasion may use now. Run-nows and catch-ups are planned first. While
/// stores of the slot wait, they use at most half of the places, so that neither side starves. With one place, the two
/// sides alternate.
/// </summary>
internal static class Places
{
    public static int Of(Draft draft, Turn turn, WaitingStores waiting)
    {
        var (flow, plan) = (turn.Flow, turn.Plan);
        var room = flow.MaxConcurrentRuns - plan.Entries.Count(e => e.Result is null) - turn.LiveStrays;
        return turn.Occasion.Order is null || !IsSlotWaiting(draft, turn, waiting)
            ? room
            : Math.Min(room, Share(flow, plan) - LiveOfOrders(plan));
    }

    private static bool IsSlotWaiting(Draft draft, Turn turn, WaitingStores waiting) =>
        turn.Plan.NewestSlot is { IsClosed: false } slot
        && waiting.Of(draft, turn.Flow.Name, slot).Any(s => !turn.Busy.Contains(s));

    private static int Share(Flow flow, FlowPlan plan) =>
        flow.MaxConcurrentRuns == 1 && WasOrderLast(plan) ? 0 : (flow.MaxConcurrentRuns + 1) / 2;

    private static bool WasOrderLast(FlowPlan plan) =>
        plan
            .Occasions.Where(o => o.Entries.Any(e => e.EndedAt is not null))
            .MaxBy(o => o.Entries.Max(e => e.EndedAt))
            ?.Order
            is not null;

    private static int LiveOfOrders(FlowPlan plan) =>
        plan.Occasions.Where(o => o.Order is not null).SelectMany(o => o.Entries).Count(e => e.Result is null);
}
