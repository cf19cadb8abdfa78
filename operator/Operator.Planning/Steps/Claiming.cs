using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;

namespace Operator.Planning.Steps;

/// <summary>Commits the claim of this operator before it acts, and renews it while another operator waits for its end.</summary>
internal static class Claiming
{
    public static Draft Claim(Draft draft)
    {
        var seen = draft.Seen;
        return seen.Charge switch
        {
            Charge.Stale => TakeOver(draft, $"has committed nothing by {UtcText.Of(seen.Claim!.FreshUntil)}"), // stale, so there is one
            Charge.TakenOver => TakeOver(draft, "gives way by the setting takeOver"),
            // Operators that refuse the connector leave it to one that can serve it.
            Charge.Free when seen.Record is RecordSight.Found && seen.ConnectorFindings.IsEmpty => draft.Decide(
                draft.Record,
                $"operator '{seen.Operator?.Id}' takes charge"
            ),
            Charge.Own when Charges.RenewAt(seen) <= draft.Now => draft.Decide(
                draft.Record,
                $"operator '{seen.Operator?.Id}' stays in charge"
            ),
            _ => draft,
        };
    }

    private static Draft TakeOver(Draft draft, string why) =>
        draft.Decide(
            draft.Record,
            $"operator '{draft.Seen.Operator?.Id}' takes over from operator '{draft.Seen.Claim?.Operator}', which {why}"
        );
}
