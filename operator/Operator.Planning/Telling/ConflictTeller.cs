using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Facts;

namespace Operator.Planning.Telling;

/// <summary>
/// The condition that two operators see one connector. Two writers share the status, so each writes as seldom as possible: the one
/// that stands back adds the condition when it is absent or names another operator in charge, and the one in charge keeps it for an
/// hour. If the other is gone by then, the condition stays away.
/// </summary>
internal static class ConflictTeller
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>The status as it is, with the condition. Everything else in it is the other operator's.</summary>
    public static ConnectorStatus StandBack(Observation seen)
    {
        var metadata = seen.Connector.Metadata;
        var before = seen.Connector.Status;
        var isTold = before.Conditions.Any(c =>
            IsConflict(c) && c.Message.Contains(InCharge(seen), StringComparison.Ordinal)
        );
        var condition = ConditionDraft.True(ConditionTypes.OperatorConflict, Reasons.OperatorConflict, Message(seen));
        return isTold
            ? before
            : before with
            {
                Conditions =
                [
                    .. before.Conditions.RemoveAll(IsConflict),
                    condition.After([], metadata.Generation, seen.Now),
                ],
            };
    }

    /// <summary>
    /// The instant is the one of the moment: it moves on with each commit of the other operator, and the message is not written anew
    /// for that.
    /// </summary>
    public static string Message(Observation seen)
    {
        var (self, other) = (seen.Operator?.Id, seen.Claim?.Operator);
        var until = seen.Claim is { } claim ? UtcText.Of(claim.FreshUntil) : "";
        // The words of the findings would be those of one operator in a status of another.
        var now =
            seen.Claim?.TakesOver is { } back && back == self
                ? $"to take over now, remove the chart value operator.takeOver: {self} of '{other}', and set the chart value operator.takeOver: {other} of '{self}'"
            : seen.Operator?.TakesOver == other
                ? $"the chart value operator.takeOver of '{self}' has no effect while '{self}' refuses the connector or its clock is wrong, see its log"
            : $"to take over now, set the chart value operator.takeOver: {other} of '{self}'";
        return $"{StandsBack(seen)}: {InCharge(seen)}; '{self}' takes over at {until}, or later if '{other}' goes on planning until then; {now}; to end this, let only one of the two watch this namespace";
    }

    /// <summary>
    /// The condition that the operator in charge leaves in place: not one that says that this operator stands back, because it does so
    /// no longer.
    /// </summary>
    public static IEnumerable<Condition> KeptBy(Observation seen) =>
        seen.Connector.Status.Conditions.Where(c =>
            IsConflict(c)
            && seen.Now - c.LastTransitionTime < Kept
            && !c.Message.StartsWith(StandsBack(seen), StringComparison.Ordinal)
        );

    private static bool IsConflict(Condition condition) => condition.Type == ConditionTypes.OperatorConflict;

    private static string StandsBack(Observation seen) => $"operator '{seen.Operator?.Id}' stands back";

    private static string InCharge(Observation seen) =>
        $"operator '{seen.Claim?.Operator}' is in charge of this connector";
}
