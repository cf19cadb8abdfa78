using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>The stores that are due on an occasion.</summary>
internal static class DueStores
{
    /// <summary>
    /// All active stores, or those of them that a run-now or catch-up names. Leaves out stores that are suspended now, and
    /// stores whose suspension ended after the occasion's slot.
    /// </summary>
    public static IEnumerable<string> Of(Draft draft, string flow, Occasion occasion)
    {
        var asked = occasion.Order is { Stores.IsEmpty: false } order
            ? order.Stores.Where(draft.Roster.IsActive)
            : draft.Roster.Active;
        var held = draft.Suspended;
        return held.IsEmpty
            ? asked
            : asked.Where(s => !(held.HeldUntil(flow, s) is { } end && (end > draft.Now || end > occasion.Slot)));
    }
}
