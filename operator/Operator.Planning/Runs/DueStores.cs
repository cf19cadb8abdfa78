using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Which stores an occasion is for.</summary>
internal static class DueStores
{
    /// <summary>Active ones, or those of them that a run-now or a catch-up names; not those that are suspended, or went on only after it was due.</summary>
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
