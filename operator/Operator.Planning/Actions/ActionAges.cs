using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;

namespace Operator.Planning.Actions;

/// <summary>How long actions are kept, and what was decided about them.</summary>
public static class ActionAges
{
    /// <summary>Objects stay so long after they were made: they tell who asked for what.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(180);

    /// <summary>Longer than the object: one that Git makes again as soon as it was removed must be known.</summary>
    internal static readonly TimeSpan Remembered = Kept + TimeSpan.FromDays(30);

    /// <summary>It is old, and has been told what became of it.</summary>
    public static bool IsOutdated(SyncAction action, DateTimeOffset now) =>
        action.Status.State is not null && action.Metadata.CreationTimestamp < now - Kept;

    /// <summary>Those that may be removed: not one that still suspends something.</summary>
    internal static ImmutableArray<SyncAction> Outdated(Draft draft)
    {
        var orders = draft.Record.Actions.Orders;
        return
        [
            .. draft.Seen.Actions.Where(a => IsOutdated(a, draft.Now) && !orders.Any(o => o.Action == a.Metadata.Name)),
        ];
    }
}
