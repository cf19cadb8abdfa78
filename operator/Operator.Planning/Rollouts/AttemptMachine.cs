using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Decides what happens to the spec's content: adopted, attempted, held or rejected. Applies these rules in order; each may
/// change the draft.
/// </summary>
internal static class AttemptMachine
{
    public static Draft Advance(Draft draft)
    {
        draft = AbortWithoutRollout(draft);
        if (draft.Seen.Desired is DesiredContent.Formed(var desired))
        {
            draft = ForgetOldRejection(draft, desired);
            draft = AdoptContent(draft, desired);
            draft = SupersedeAttempt(draft, desired);
            draft = StartAttempt(draft, desired);
        }
        else
        {
            draft = EndAttemptOfOtherContent(draft);
        }
        draft = GiveUpCandidateThatCannotStart(draft);
        return StepAdvance.Advance(draft);
    }

    /// <summary>
    /// An attempt belongs to the UID of its SyncRollout. When that object is gone, the attempt ends and its stores go back
    /// to stable; the content is not rejected.
    /// </summary>
    private static Draft AbortWithoutRollout(Draft draft)
    {
        if (draft.Record.RunningAttempt is not { } attempt || draft.Seen.Rollout.Uid == attempt.RolloutUid)
        {
            return draft;
        }
        var message =
            $"SyncRollout '{attempt.RolloutName}' was deleted or is no longer followed; the stores go back to stable";
        var end = new AttemptEnd(AttemptOutcome.Aborted, Reasons.RolloutDeleted, message, draft.Now);
        return draft
            .Decide(Attempts.End(draft.Record, attempt, end), $"attempt {attempt.Number} aborted: its rollout is gone")
            .Tell(EventTarget.Connector, Reasons.RolloutDeleted, message, isWarning: true);
    }

    private static Draft ForgetOldRejection(Draft draft, Revision desired)
    {
        var book = draft.Record.Revisions;
        return book.Rejected switch
        {
            null => draft,
            // The record was lost while the content could not be formed: the rejection is for the first content that differs from stable.
            { Hash: null } rejected when desired.Hash != book.StableHash => draft.Decide(
                draft.Record with
                {
                    Revisions = book with { Rejected = rejected with { Hash = desired.Hash } },
                },
                $"the content {desired.Hash} is rejected: {rejected.Reason}"
            ),
            var rejected when rejected.Hash != desired.Hash => draft.Decide(
                draft.Record with
                {
                    Revisions = book with { Rejected = null },
                },
                $"the content is no longer the rejected {rejected.Hash}"
            ),
            _ => draft,
        };
    }

    /// <summary>
    /// Makes content stable at once when it is the first, when stable has no successful run yet, under Immediate, or when
    /// it was stable recently.
    /// </summary>
    private static Draft AdoptContent(Draft draft, Revision desired)
    {
        var book = draft.Record.Revisions;
        if (book.StableHash == desired.Hash)
        {
            return draft;
        }
        var isImmediate = draft.Spec.UpdatePolicy == UpdatePolicy.Immediate;
        var because = book switch
        {
            { IsWithoutTruth: true } when !isImmediate => null,
            { StableHash: null } => "it is the first",
            _ when isImmediate => "updatePolicy is Immediate",
            { StableIsProven: false } => "stable has had no successful run yet",
            _ when book.FormerStables.Contains(desired.Hash, StringComparer.Ordinal) => "it was stable before",
            _ => null,
        };
        if (because is null)
        {
            return draft;
        }
        // Only a connector without a record has no stores that run something else.
        var isFirst = draft.Seen.Record is RecordSight.Fresh;
        if (!isFirst && !draft.MayWiden)
        {
            return draft.HoldBack();
        }
        var record = EndAttempt(
            draft.Record,
            AttemptOutcome.Superseded,
            Reasons.RevisionAdopted,
            $"revision {desired.Hash} was adopted: {because}",
            draft.Now
        );
        record = Attempts.MakeStable(
            WithRevision(record, desired),
            desired.Hash,
            isProven: book.FormerStables.Contains(desired.Hash, StringComparer.Ordinal)
        );
        return (isFirst ? draft : draft.Widen())
            .Decide(record, $"revision {desired.Hash} becomes stable: {because}")
            .Tell(
                EventTarget.Connector,
                Reasons.RevisionAdopted,
                $"Revision {desired.Hash} ({desired.Sync.Image}) is stable: {because}"
            );
    }

    /// <summary>Content that differs from the candidate's ends the attempt: its stores go back to stable first.</summary>
    private static Draft SupersedeAttempt(Draft draft, Revision desired)
    {
        if (draft.Record.RunningAttempt is not { } attempt || attempt.Revision == desired.Hash)
        {
            return draft;
        }
        var isBackToStable = draft.Record.Revisions.StableHash == desired.Hash;
        var (reason, message) = isBackToStable
            ? (Reasons.BackToStable, $"the content is the stable revision's again; attempt {attempt.Number} ended")
            : (Reasons.Superseded, $"revision {desired.Hash} replaces {attempt.Revision}");
        return draft
            .Decide(EndAttempt(draft.Record, AttemptOutcome.Superseded, reason, message, draft.Now), message)
            .Tell(EventTarget.Rollout, reason, message);
    }

    /// <summary>
    /// Content that can't be formed starts nothing, and what runs goes on. But where the spec itself is no longer the candidate's, for
    /// example after a revert in Git, the stores go back to stable.
    /// </summary>
    private static Draft EndAttemptOfOtherContent(Draft draft)
    {
        if (
            draft.Record.RunningAttempt is not { } attempt
            || draft.Record.Revisions.Find(attempt.Revision) is not { } candidate
            || !RevisionContent.IsOther(draft.Seen.Connector.Spec, candidate)
        )
        {
            return draft;
        }
        var message =
            $"the spec is no longer that of revision {attempt.Revision}; attempt {attempt.Number} ended, and the new content waits for its ConfigMaps";
        return draft
            .Decide(
                EndAttempt(draft.Record, AttemptOutcome.Superseded, Reasons.Superseded, message, draft.Now),
                message
            )
            .Tell(EventTarget.Rollout, Reasons.Superseded, message);
    }

    private static Draft StartAttempt(Draft draft, Revision desired)
    {
        var (record, book) = (draft.Record, draft.Record.Revisions);
        var isSettled =
            record.RunningAttempt is not null
            || book.StableHash is null
            || book.StableHash == desired.Hash
            || book.Rejected?.Hash == desired.Hash;
        if (isSettled || draft.Policy is not { } policy || draft.Spec.Suspend || draft.Roster.Active.IsEmpty)
        {
            return draft;
        }
        if (!draft.MayWiden)
        {
            return draft.HoldBack();
        }
        var started = Attempts.Start(draft with { Record = WithRevision(record, desired) }, desired, policy);
        var attempt = started.RunningAttempt!; // just started
        var message =
            $"Attempt {attempt.Number}: revision {desired.Hash} ({desired.Sync.Image}) starts with {attempt.Cohort} of {attempt.Order.Length} stores";
        return draft.Widen().Decide(started, message).Tell(EventTarget.Rollout, Reasons.AttemptStarted, message);
    }

    /// <summary>
    /// Rolls back a candidate whose pilot cannot start: the image cannot be pulled, the container cannot be configured, or the API server
    /// refuses its pods.
    /// </summary>
    private static Draft GiveUpCandidateThatCannotStart(Draft draft)
    {
        if (
            draft.Record.RunningAttempt is not { HasStarted: false } attempt
            || WhyItCannotStart(draft, attempt) is not { } end
        )
        {
            return draft;
        }
        return draft
            .Decide(Attempts.RollBack(draft.Record, attempt, end), $"attempt {attempt.Number} ended: {end.Message}")
            .Tell(EventTarget.Rollout, end.Reason, end.Message, isWarning: true);
    }

    private static AttemptEnd? WhyItCannotStart(Draft draft, Attempt attempt)
    {
        var image = draft.Record.Revisions.Find(attempt.Revision)?.Sync.Image;
        AttemptEnd End(string reason, string message) => new(AttemptOutcome.RolledBack, reason, message, draft.Now);
        var pilot = draft
            .Record.Plans.Values.SelectMany(p => p.Entries)
            .FirstOrDefault(e =>
                e.Attempt == attempt.Number && e.Result == RunResult.NotStarted && ContainerWaits.IsSureFault(e.Reason)
            );
        return pilot is not null
                ? End(
                    pilot.Reason ?? Reasons.NotStarted,
                    $"the candidate's first run did not start ({pilot.Reason}, image {image}); correct spec.sync and apply it again"
                )
            : CandidateRefusals.Conclusive(attempt) is { } refusal
                ? End(
                    refusal.Reason,
                    $"{CandidateRefusals.Describe(refusal)} (image {image}); correct spec.sync or the policy, and apply it again: {refusal.Words}"
                )
            : null;
    }

    private static ConnectorRecord EndAttempt(
        ConnectorRecord record,
        AttemptOutcome outcome,
        string reason,
        string message,
        DateTimeOffset at
    ) =>
        record.RunningAttempt is { } attempt
            ? Attempts.End(record, attempt, new AttemptEnd(outcome, reason, message, at))
            : record;

    private static ConnectorRecord WithRevision(ConnectorRecord record, Revision revision) =>
        record.Revisions.Find(revision.Hash) is not null
            ? record
            : record with
            {
                Revisions = record.Revisions with { Items = record.Revisions.Items.Add(revision) },
            };
}
