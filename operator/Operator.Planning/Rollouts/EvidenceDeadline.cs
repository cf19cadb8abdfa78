using System.Globalization;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// How long a step waits for evidence. Its clock (<see cref="Attempt.Waited"/>) counts observed occasions only: it stands still in outages, pauses,
/// suspensions and downtime, and evidence is gathered all the same.
/// </summary>
internal static class EvidenceDeadline
{
    /// <summary>The step with what its minima need by the schedule and at stable's present volume, and the deadline that follows from that.</summary>
    public static Attempt Begin(Draft draft, Attempt attempt, RolloutSpec rollout)
    {
        var step = StepPlan.Of(rollout.Steps, attempt).Step;
        var needs = EvidenceNeeds.Of(rollout, step, attempt.Cohort, Paces(draft, attempt));
        return attempt with
        {
            NeedsHash = HashOf(draft, attempt, rollout),
            Needs = NeedsText.Of(needs),
            DefaultDeadline = EvidenceNeeds.DeadlineOf(
                rollout with
                {
                    Deadlines = rollout.Deadlines with { Evidence = null },
                },
                step,
                needs
            ),
        };
    }

    /// <summary>
    /// Reckons anew where people edited what a step needs or how often its flows run. A default deadline only gets longer within a step: a flow
    /// that runs more often from now on must not end a step at once that has waited for a seldom one.
    /// </summary>
    public static Draft Follow(Draft draft)
    {
        if (
            draft is not { Policy: { } policy, Record.RunningAttempt: { PausedOn: null } attempt }
            || attempt.NeedsHash == HashOf(draft, attempt, policy.Spec)
        )
        {
            return draft;
        }
        var anew = Begin(draft, attempt, policy.Spec);
        var longer = anew.DefaultDeadline > attempt.DefaultDeadline ? anew.DefaultDeadline : attempt.DefaultDeadline;
        return draft.Decide(
            Attempts.With(draft.Record, anew with { DefaultDeadline = longer }),
            $"what the step of attempt {attempt.Number} needs was edited"
        );
    }

    private static string HashOf(Draft draft, Attempt attempt, RolloutSpec rollout)
    {
        var step = StepPlan.Of(rollout.Steps, attempt).Step;
        var flows = CohortPlaces
            .Judged(draft, attempt)
            .Select(f => $"{f.Name}|{f.Schedule}|{f.TimeZone}|{f.MaxStoresPerRun}|{f.MaxConcurrentRuns}");
        return StepPlan.HashOf([
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rollout.MinimaOf(step)}|{step.MinDuration.Canonical}|{rollout.Analysis.Control.Fraction}"
            ),
            .. flows,
        ]);
    }

    /// <summary>What the user wrote, else what followed from the step.</summary>
    public static TimeSpan Of(Attempt attempt, RolloutSpec rollout) =>
        rollout.Deadlines.Evidence?.Value ?? attempt.DefaultDeadline;

    /// <summary>When the deadline is over, if the clock does not stand still.</summary>
    public static DateTimeOffset At(Attempt attempt, RolloutSpec rollout) =>
        attempt.WaitMark + (Of(attempt, rollout) - attempt.Waited);

    /// <summary>A hold whose deadline is over waits for a person, or ends the attempt. One that waits for nothing but time has no deadline.</summary>
    public static Verdict After(Attempt attempt, RolloutSpec rollout, Verdict.Hold hold)
    {
        if (attempt.Waited < Of(attempt, rollout) || hold.Reason is Reasons.MinDuration or Reasons.StoresAppended)
        {
            return hold;
        }
        var deadline = rollout.Deadlines.Evidence ?? NeedsText.Written(attempt.DefaultDeadline);
        var over = $"{hold.Message}; the step has waited for evidence for {deadline}, its deadline";
        return rollout.Deadlines.OnDeadline == OnDeadline.Rollback
            ? new Verdict.Fail(Reasons.EvidenceDeadline, $"{hold.Reason}: {over}")
            : hold with
            {
                Message = $"{over}: it waits on, and a person may revert the content or delete the SyncRollout",
            };
    }

    private static IEnumerable<FlowPace> Paces(Draft draft, Attempt attempt)
    {
        // The sums are those of the step before, with its cohort.
        var cohort = draft.Record.RunningAttempt?.Cohort ?? attempt.Cohort;
        return CohortPlaces
            .Judged(draft, attempt)
            .Select(flow =>
            {
                var sight = Trials.Find(draft.Record, flow.Name) ?? TrialSight.None;
                var stores = sight.Stable.Runs * (double)cohort / EvidenceNeeds.GroupsAnOccasion(flow, cohort);
                return new FlowPace(flow)
                {
                    ItemsAStore = stores > 0 ? sight.Stable.Items / stores : null,
                    HasCoins = !attempt.IsWithoutCoins && FlowHomes.IsOnStable(draft.Record, flow.Name),
                };
            });
    }
}
