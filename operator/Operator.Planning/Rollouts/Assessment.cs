using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Holds the running attempt against its evidence: roll back, pause, widen, promote, or wait and say why.</summary>
internal static class Assessment
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
        return Assess(draft.Record, draft.Spec, attempt, policy.Spec) switch
        {
            Verdict.Fail fail when policy.Spec.OnFailure == FailurePolicy.Pause => Pause(draft, attempt, fail),
            Verdict.Fail fail => RollBack(draft, attempt, fail),
            Verdict.Pass => Pass(draft, attempt, policy),
            _ => draft,
        };
    }

    /// <summary>The verdict on the running step; a pass before the step's time is a hold.</summary>
    public static Verdict Assess(ConnectorRecord record, ConnectorSpec spec, Attempt attempt, RolloutSpec rollout)
    {
        var flows = spec.Flows.Select(f => SumsOf(record, f.Name, attempt)).ToImmutableArray();
        var verdict = SimpleJudge.Judge(flows, rollout, CohortStores(spec, attempt));
        var step = StepPlan.Of(rollout.Steps, attempt).Step;
        return verdict switch
        {
            Verdict.Hold when !attempt.HasStarted => new Verdict.Hold(
                Reasons.PilotRunning,
                "the first candidate run must start before the other stores follow"
            ),
            Verdict.Pass when attempt.Dwelled < step.MinDuration.Value => new Verdict.Hold(
                Reasons.MinDuration,
                $"the evidence suffices; the step lasts {step.MinDuration} of observed rounds"
            ),
            _ => verdict,
        };
    }

    public static FlowSums SumsOf(ConnectorRecord record, string flow, Attempt attempt) =>
        new(flow, record.Ledger(flow).Evidence.For(attempt.Number, attempt.Stage), record.Plan(flow).HasReported);

    /// <summary>Active stores among the cohort's places.</summary>
    public static int CohortStores(ConnectorSpec spec, Attempt attempt) =>
        attempt.Order.Take(attempt.Cohort).Intersect(Attempts.ActiveStores(spec), StringComparer.Ordinal).Count();

    private static Draft RollBack(Draft draft, Attempt attempt, Verdict.Fail fail)
    {
        var end = new AttemptEnd(AttemptOutcome.RolledBack, fail.Reason, fail.Message, draft.Now);
        var owing = CatchUps.Owe(draft.Record, attempt);
        var back = draft
            .Decide(Attempts.RollBack(owing, attempt, end), $"attempt {attempt.Number} rolled back: {fail.Message}")
            .Tell(
                EventTarget.Rollout,
                Reasons.RolledBack,
                $"Revision {attempt.Revision}: {fail.Message}",
                isWarning: true
            );
        return CatchUps.Open(back, attempt);
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
            .Decide(WithAttempt(draft.Record, paused), $"attempt {attempt.Number} paused: {fail.Message}")
            .Tell(EventTarget.Rollout, Reasons.PausedOnFailure, fail.Message, isWarning: true);
    }

    private static Draft Pass(Draft draft, Attempt attempt, SyncRollout policy)
    {
        if (StepPlan.Of(policy.Spec.Steps, attempt).NextIndex is not { } next)
        {
            var message = $"revision {attempt.Revision} passed every step";
            var end = new AttemptEnd(AttemptOutcome.Promoted, Reasons.Promoted, message, draft.Now);
            return draft
                .Decide(Attempts.Promote(draft.Record, attempt, end), $"attempt {attempt.Number} promoted")
                .Tell(
                    EventTarget.Rollout,
                    Reasons.Promoted,
                    $"Revision {attempt.Revision} is stable: it passed every step"
                );
        }
        var widened = Attempts.Widen(draft.Record, attempt, policy, next, draft.Seen);
        var now = widened.RunningAttempt!; // Widen keeps the attempt
        var step = $"Step {next + 1}/{policy.Spec.Steps.Length}: {now.Cohort} of {now.Order.Length} stores";
        return draft.Decide(widened, step).Tell(EventTarget.Rollout, Reasons.StepStarted, step);
    }

    private static ConnectorRecord WithAttempt(ConnectorRecord record, Attempt attempt) =>
        record with
        {
            Attempts = record.Attempts with { Current = attempt },
        };
}
