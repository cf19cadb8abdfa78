using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;

namespace Operator.Planning.Actions;

/// <summary>How long actions and the decisions about them are kept.</summary>
public static class ActionAges
{
    /// <summary>Time that an action object is kept after its creation, as an audit trail.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(180);

    /// <summary>Time that a decision is kept: longer than the object, because Git may create the object again after its removal.</summary>
    internal static readonly TimeSpan Remembered = Kept + TimeSpan.FromDays(30);

    /// <summary>The action is older than <see cref="Kept"/> and its status shows the decision.</summary>
    public static bool IsOutdated(SyncAction action, DateTimeOffset now) =>
        action.Status.State is not null && action.Metadata.CreationTimestamp < now - Kept;

    /// <summary>The actions to delete: outdated, and without an order in the record.</summary>
    internal static ImmutableArray<SyncAction> Outdated(Draft draft)
    {
        var orders = draft.Record.Actions.Orders;
        return
        [
            .. draft.Seen.Actions.Where(a => IsOutdated(a, draft.Now) && !orders.Any(o => o.Action == a.Metadata.Name)),
        ];
    }
}
