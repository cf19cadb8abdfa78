using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Runs;

/// <summary>The stores that are due on an occasion.</summary>
internal static class DueStores
{
    /// <summary>
    /// All active stores and those that are wrong, or those of them that a run-now or catch-up names. Leaves out stores that are suspended now, and
    /// stores whose suspension ended after the occasion's slot. A flow that only a candidate runs is due in its cohort alone, and a
    /// catch-up in the stores that still owe its work: another run may have done it.
    /// </summary>
    public static IEnumerable<string> Of(Draft draft, string flow, Occasion occasion)
    {
        IEnumerable<string> asked =
            occasion.Order is { Stores.IsEmpty: false } order ? order.Stores.Where(draft.Roster.IsWanted)
            : draft.Roster.Wrong.IsEmpty ? draft.Roster.Active
            : draft.Roster.Active.Concat(draft.Roster.Wrong);
        asked = FlowHomes.DueOf(draft, flow, occasion.Kind, asked);
        if (occasion.Kind == OccasionKind.CatchUp)
        {
            var ledger = draft.Record.Ledger(flow);
            asked = asked.Where(s => Debts.IsOwed(ledger, s));
        }
        var held = draft.Suspended;
        return held.IsEmpty
            ? asked
            : asked.Where(s => !(held.HeldUntil(flow, s) is { } end && (end > draft.Now || end > occasion.Slot)));
    }
}
