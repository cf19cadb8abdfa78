using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Makes content stable at once when it is the first, when no store has been reported ok on stable yet, under Immediate, or when it was
/// stable recently.
/// </summary>
internal static class ContentAdoption
{
    public static Draft Adopt(Draft draft, Revision asked)
    {
        var book = draft.Record.Revisions;
        if (book.StableHash == asked.Hash || WhyAtOnce(draft, asked) is not { } because)
        {
            return draft;
        }
        // Only a connector without a record has no stores that run something else.
        var isFirst = draft.Seen.Record is RecordSight.Fresh;
        if (!isFirst && !draft.MayWiden)
        {
            return draft.HoldBack();
        }
        var attempt = draft.Record.RunningAttempt;
        var record = attempt is null
            ? draft.Record
            : Attempts.End(draft.Record, attempt, End(draft, attempt, asked, because));
        record = Attempts.MakeStable(
            RevisionItems.With(record, asked),
            asked.Hash,
            isProven: book.FormerStables.Contains(asked.Hash, StringComparer.Ordinal)
        );
        var adopted = (isFirst ? draft : draft.Widen())
            .Decide(record, $"revision {asked.Hash} becomes stable: {because}")
            .Tell(
                EventTarget.Connector,
                Reasons.RevisionAdopted,
                $"Revision {asked.Hash} ({asked.Sync.Image}) is stable: {because}"
            );
        return attempt is null ? adopted : CatchUps.Open(adopted, attempt.Number);
    }

    private static AttemptEnd End(Draft draft, Attempt attempt, Revision asked, string because) =>
        new(
            AttemptOutcome.Superseded,
            Reasons.RevisionAdopted,
            $"revision {asked.Hash} was adopted: {because}",
            draft.Now
        )
        {
            IsAdopted = attempt.Revision == asked.Hash,
        };

    private static string? WhyAtOnce(Draft draft, Revision asked)
    {
        var book = draft.Record.Revisions;
        var isImmediate = draft.Spec.UpdatePolicy == UpdatePolicy.Immediate;
        return book switch
        {
            { IsWithoutTruth: true } when !isImmediate => null,
            { StableHash: null } => "it is the first",
            _ when isImmediate => "updatePolicy is Immediate",
            _ when RevisionTrust.MayBeReplaced(book) => "no store has been reported ok on stable yet",
            _ when book.FormerStables.Contains(asked.Hash, StringComparer.Ordinal) => "it was stable before",
            _ => null,
        };
    }
}
