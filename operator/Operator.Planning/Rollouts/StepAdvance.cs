using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Acts on the verdict on the running attempt: rolls back, pauses, widens, promotes or waits.</summary>
internal static class StepAdvance
{
    public static Draft Advance(Draft draft)
    {
        if (
            draft.Record.RunningAttempt is not { PausedOn: null } attempt
            || draft.Policy is not { } policy
            || draft.Spec.Suspend
        )
        {
            return draft;
        }
        return Assessment.Of(draft, attempt, policy.Spec) switch
        {
            Verdict.Fail fail when policy.Spec.OnFailure == FailurePolicy.Pause => Pause(draft, attempt, fail),
            Verdict.Fail fail => RollBack(draft, attempt, fail),
            Verdict.Pass when !draft.MayWiden => draft.HoldBack(),
            Verdict.Pass => Pass(draft, attempt, policy),
            _ => draft,
        };
    }

    private static Draft RollBack(Draft draft, Attempt attempt, Verdict.Fail fail)
    {
        var end = new AttemptEnd(AttemptOutcome.RolledBack, fail.Reason, fail.Message, draft.Now);
        var back = draft
            .Decide(
                Attempts.RollBack(draft.Record, attempt, end),
                $"attempt {attempt.Number} rolled back: {fail.Message}"
            )
            .Tell(
                EventTarget.Rollout,
                Reasons.RolledBack,
                $"Revision {attempt.Revision}: {fail.Message} → rolling back to {draft.Record.Revisions.StableHash}",
                isWarning: true
            );
        return CatchUps.Open(back, attempt.Number);
    }

    private static Draft Pause(Draft draft, Attempt attempt, Verdict.Fail fail)
    {
        var paused = attempt with
        {
            PausedOn = new Rejection
            {
                Hash = attempt.Revision,
                Reason = fail.Reason,
                Message = fail.Message,
            },
        };
        return draft
            .Decide(Attempts.With(draft.Record, paused), $"attempt {attempt.Number} paused: {fail.Message}")
            .Tell(EventTarget.Rollout, Reasons.PausedOnFailure, fail.Message, isWarning: true);
    }

    private static Draft Pass(Draft draft, Attempt attempt, SyncRollout policy)
    {
        if (StepPlan.Of(policy.Spec.Steps, attempt).NextIndex is not { } next)
        {
            if (Attempts.Append(draft, attempt, policy) is { } appended)
            {
                return Append(draft, EvidenceDeadline.Begin(draft, appended, policy.Spec));
            }
            var message = $"revision {attempt.Revision} passed every step";
            var end = new AttemptEnd(AttemptOutcome.Promoted, Reasons.Promoted, message, draft.Now);
            return draft
                .Widen()
                .Decide(Attempts.Promote(draft.Record, attempt, end), $"attempt {attempt.Number} promoted")
                .Tell(
                    EventTarget.Rollout,
                    Reasons.Promoted,
                    $"Attempt {attempt.Number}: revision {attempt.Revision} is stable: it passed every step"
                );
        }
        var widened = Attempts.Widen(draft, attempt, policy, next);
        var now = widened.RunningAttempt!; // Widen keeps the attempt
        // With the attempt's number: an equal event shortly after another one is only counted.
        var step =
            $"Attempt {attempt.Number}, step {next + 1}/{policy.Spec.Steps.Length}: {now.Cohort} of {now.Order.Length} stores";
        return draft.Widen().Decide(widened, step).Tell(EventTarget.Rollout, Reasons.StepStarted, step);
    }

    private static Draft Append(Draft draft, Attempt appended)
    {
        var message =
            $"attempt {appended.Number}: before the promotion of revision {appended.Revision}, stores that joined or came back run it: {appended.Cohort} of {appended.Order.Length} stores";
        return draft
            .Widen()
            .Decide(Attempts.With(draft.Record, appended), message)
            .Tell(EventTarget.Rollout, Reasons.StoresAppended, message);
    }
}
