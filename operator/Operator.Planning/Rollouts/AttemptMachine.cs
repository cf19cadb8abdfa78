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
        draft = AbortWithoutRollout(CatchUpAfterLoss(draft));
        if (draft.Seen.Desired is DesiredContent.Formed(var desired))
        {
            draft = ForgetOldRejection(draft, AskedContent.Of(draft.Record, desired));
            // Each step may change which revision of the record the content is.
            draft = ContentAdoption.Adopt(draft, AskedContent.Of(draft.Record, desired));
            draft = SupersedeAttempt(draft, AskedContent.Of(draft.Record, desired));
            draft = JoiningFlows.Join(draft, desired, AskedContent.Of(draft.Record, desired));
            draft = StartAttempt(draft, AskedContent.Of(draft.Record, desired));
        }
        else
        {
            draft = EndAttemptOfOtherContent(draft);
        }
        draft = EvidenceDeadline.Follow(CohortPlaces.Note(GiveUpCandidateThatCannotStart(draft)));
        return CohortPlaces.PassOn(StepAdvance.Advance(draft));
    }

    /// <summary>The attempt of a lost record ended with it, or before; the stores whose pods witness its candidate catch up.</summary>
    private static Draft CatchUpAfterLoss(Draft draft) =>
        draft.Seen.Record is RecordSight.Lost { Attempts: { } attempts }
            ? CatchUps.Open(draft, Math.Max(attempts.LastNumber, attempts.Current?.Number ?? 0))
            : draft;

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
        var aborted = draft
            .Decide(Attempts.End(draft.Record, attempt, end), $"attempt {attempt.Number} aborted: its rollout is gone")
            .Tell(EventTarget.Connector, Reasons.RolloutDeleted, message, isWarning: true);
        return CatchUps.Open(aborted, attempt.Number);
    }

    private static Draft ForgetOldRejection(Draft draft, Revision asked)
    {
        var book = draft.Record.Revisions;
        return book.Rejected switch
        {
            null => draft,
            // The record was lost while the content could not be formed: the rejection is for the first content that differs from stable.
            { Hash: null } rejected when asked.Hash != book.StableHash => draft.Decide(
                RevisionItems.With(
                    draft.Record with
                    {
                        Revisions = book with { Rejected = rejected with { Hash = asked.Hash } },
                    },
                    asked
                ),
                $"the content {asked.Hash} is rejected: {rejected.Reason}"
            ),
            var rejected when rejected.Hash != asked.Hash => draft.Decide(
                draft.Record with
                {
                    Revisions = book with { Rejected = null },
                },
                $"the content is no longer the rejected {rejected.Hash}"
            ),
            _ => draft,
        };
    }

    /// <summary>Content that differs from the candidate's ends the attempt: its stores go back to stable first.</summary>
    private static Draft SupersedeAttempt(Draft draft, Revision asked)
    {
        if (draft.Record.RunningAttempt is not { } attempt || attempt.Revision == asked.Hash)
        {
            return draft;
        }
        var isBackToStable = draft.Record.Revisions.StableHash == asked.Hash;
        var (reason, message) = isBackToStable
            ? (Reasons.BackToStable, $"the content is the stable revision's again; attempt {attempt.Number} ended")
            : (Reasons.Superseded, $"revision {asked.Hash} replaces {attempt.Revision}");
        return Supersede(draft, attempt, reason, message);
    }

    /// <summary>The stores go back to stable, and redo there what the candidate did.</summary>
    private static Draft Supersede(Draft draft, Attempt attempt, string reason, string message)
    {
        var end = new AttemptEnd(AttemptOutcome.Superseded, reason, message, draft.Now);
        var ended = draft
            .Decide(Attempts.End(draft.Record, attempt, end), message)
            .Tell(EventTarget.Rollout, reason, message);
        return CatchUps.Open(ended, attempt.Number);
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
            $"the spec is no longer that of revision {attempt.Revision}; attempt {attempt.Number} ended, and the new content can't be formed yet";
        return Supersede(draft, attempt, Reasons.Superseded, message);
    }

    private static Draft StartAttempt(Draft draft, Revision asked)
    {
        var (record, book) = (draft.Record, draft.Record.Revisions);
        var isSettled =
            record.RunningAttempt is not null
            || book.StableHash is null
            || book.StableHash == asked.Hash
            || book.Rejected?.Hash == asked.Hash;
        if (isSettled || draft.Spec.Suspend || draft.Roster.Active.IsEmpty)
        {
            return draft;
        }
        // A rollout that is being deleted starts nothing any more.
        if (draft.Policy is not { Metadata.DeletionTimestamp: null } policy)
        {
            return draft;
        }
        if (!draft.MayWiden)
        {
            return draft.HoldBack();
        }
        var started = Attempts.Start(draft with { Record = RevisionItems.With(record, asked) }, asked, policy);
        var attempt = started.RunningAttempt!; // just started
        var message =
            $"Attempt {attempt.Number}: revision {asked.Hash} ({asked.Sync.Image}) starts with {attempt.Cohort} of {attempt.Order.Length} stores";
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
        var ended = draft
            .Decide(Attempts.RollBack(draft.Record, attempt, end), $"attempt {attempt.Number} ended: {end.Message}")
            .Tell(EventTarget.Rollout, end.Reason, end.Message, isWarning: true);
        return CatchUps.Open(ended, attempt.Number);
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
                    $"the candidate's first run did not start ({pilot.Reason}, image {image}); correct spec.sync and apply it again{(pilot.Detail is { } words ? $": {words}" : "")}"
                )
            : CandidateRefusals.Conclusive(attempt) is { } refusal
                ? End(
                    refusal.Reason,
                    $"{CandidateRefusals.Describe(refusal)} (image {image}); correct spec.sync or the policy, and apply it again: {refusal.Words}"
                )
            : null;
    }
}
