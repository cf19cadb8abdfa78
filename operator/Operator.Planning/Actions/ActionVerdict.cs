using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Actions;

/// <summary>What becomes of an action that is clear.</summary>
internal abstract record ActionVerdict
{
    private ActionVerdict() { }

    /// <summary>What it names may still come; it is looked at again then.</summary>
    public sealed record Wait(string Message, DateTimeOffset Until) : ActionVerdict;

    /// <summary>Decided, once and for good, with the record as it is from then on.</summary>
    public sealed record Settle(ActionState State, string Message, ConnectorRecord Record) : ActionVerdict;

    public static ActionVerdict Apply(ConnectorRecord record, string message) =>
        new Settle(ActionState.Applied, message, record);

    public static ActionVerdict Reject(Draft draft, string message) =>
        new Settle(ActionState.Rejected, message, draft.Record);

    public static ActionVerdict Expire(Draft draft, string message) =>
        new Settle(ActionState.Expired, message, draft.Record);
}
