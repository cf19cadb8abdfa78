using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Actions;

/// <summary>The verdict about a valid action.</summary>
internal abstract record ActionVerdict
{
    private ActionVerdict() { }

    /// <summary>The stores that the action names may still appear. The action is judged again at <paramref name="Until"/>.</summary>
    public sealed record Wait(string Message, DateTimeOffset Until) : ActionVerdict;

    /// <summary>The final decision, with the record after it.</summary>
    public sealed record Settle(ActionState State, string Message, ConnectorRecord Record) : ActionVerdict;

    public static ActionVerdict Apply(ConnectorRecord record, string message) =>
        new Settle(ActionState.Applied, message, record);

    public static ActionVerdict Reject(Draft draft, string message) =>
        new Settle(ActionState.Rejected, message, draft.Record);

    public static ActionVerdict Expire(Draft draft, string message) =>
        new Settle(ActionState.Expired, message, draft.Record);
}
