using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// How many of a flow's <c>maxConcurrentRuns</c> an occasion may take now. Run-nows and catch-ups are asked first, and while the slot has stores
/// that wait they hold at most half of the places, so that neither starves the other. A single place goes to both in turn.
/// </summary>
internal static class Places
{
    public static int Of(Draft draft, Flow flow, Occasion occasion, IReadOnlySet<string> busy)
    {
        var plan = draft.Record.Plan(flow.Name);
        var room = flow.MaxConcurrentRuns - plan.Entries.Count(e => e.Result is null);
        return occasion.Order is null || !IsSlotWaiting(draft, flow, plan, busy)
            ? room
            : Math.Min(room, Share(flow, plan) - LiveOfOrders(plan));
    }

    private static bool IsSlotWaiting(Draft draft, Flow flow, FlowPlan plan, IReadOnlySet<string> busy) =>
        plan.NewestSlot is { IsClosed: false } slot
        && RunPlanning.Waiting(draft, flow.Name, slot).Any(s => !busy.Contains(s));

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
