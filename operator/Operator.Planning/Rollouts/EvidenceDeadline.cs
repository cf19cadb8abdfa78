using System.Globalization;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// How long a step waits for evidence. Its clock (<see cref="Attempt.Waited"/>) counts observed occasions only: it stands still in outages, pauses,
/// suspensions and downtime, and evidence is gathered all the same. Nor does it run while the evidence suffices and the step only lasts.
/// </summary>
internal static class EvidenceDeadline
{
    /// <summary>Runs on stable that tell a volume.</summary>
    private const int Enough = 3;

    /// <summary>Ends the print of needs that were reckoned with stable's volume.</summary>
    private const string WithVolume = "+";

    /// <summary>The step with what its minima need by the schedule and at stable's present volume, and the deadline that follows from that.</summary>
    public static Attempt Begin(Draft draft, Attempt attempt, RolloutSpec rollout)
    {
        var step = StepPlan.Of(rollout.Steps, attempt).Step;
        var needs = EvidenceNeeds.Of(rollout, step, (attempt.Cohort, attempt.Places), Paces(draft, attempt));
        return attempt with
        {
            Needs = NeedsText.Of(needs),
            NeedsOf = PrintOf(draft, attempt, rollout) + (KnowsVolume(draft, attempt) ? WithVolume : ""),
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
    /// What the step needs follows an edit of its minima, its dwell or its flows, and stable's volume once it is known: a default deadline would
    /// be too short for them otherwise. It only gets longer within a step: a flow that runs more often from now on must not end a step at once
    /// that has waited for a seldom one.
    /// </summary>
    public static Draft Follow(Draft draft)
    {
        if (
            draft is not { Policy: { } policy, Record.RunningAttempt: { PausedOn: null } attempt }
            || IsReckoned(draft, attempt, policy.Spec)
        )
        {
            return draft;
        }
        var anew = Begin(draft, attempt, policy.Spec);
        var longer = anew.DefaultDeadline > attempt.DefaultDeadline ? anew.DefaultDeadline : attempt.DefaultDeadline;
        return draft.Decide(
            Attempts.With(draft.Record, anew with { DefaultDeadline = longer }),
            $"what step {attempt.Step + 1} of attempt {attempt.Number} needs is reckoned anew"
        );
    }

    /// <summary>The verdict waits for evidence, not only for time.</summary>
    public static bool IsAwaited(Verdict verdict) =>
        verdict is not (Verdict.Pass or Verdict.Hold { Reason: Reasons.MinDuration or Reasons.StoresAppended });

    /// <summary>What the user wrote, else what followed from the step.</summary>
    public static TimeSpan Of(Attempt attempt, RolloutSpec rollout) =>
        rollout.Deadlines.Evidence?.Value ?? attempt.DefaultDeadline;

    /// <summary>When the deadline is over, if the clock does not stand still.</summary>
    public static DateTimeOffset At(Attempt attempt, RolloutSpec rollout) =>
        attempt.WaitMark + (Of(attempt, rollout) - attempt.Waited);

    /// <summary>A hold whose deadline is over waits for a person, or ends the attempt. One that waits for nothing but time has no deadline.</summary>
    public static Verdict After(Attempt attempt, RolloutSpec rollout, Verdict.Hold hold)
    {
        if (attempt.Waited < Of(attempt, rollout) || !IsAwaited(hold))
        {
            return hold;
        }
        var deadline = rollout.Deadlines.Evidence ?? NeedsText.Written(attempt.DefaultDeadline);
        var over = $"{hold.Message}; the step has waited for evidence for {deadline}, its deadline";
        return rollout.Deadlines.OnDeadline == OnDeadline.Rollback
            ? new Verdict.Fail(Reasons.EvidenceDeadline, $"{hold.Reason}: {over}")
            : hold with
            {
                Message =
                    $"{over}: it waits on, and a person may {(hold.Reason == Reasons.TooLittleEvidence ? "lower the minimum, " : "")}revert the content or delete the SyncRollout",
            };
    }

    /// <summary>Tells once that a deadline has passed after which the step waits on: it may need a person now.</summary>
    public static Draft NotePassed(Draft before, Draft after)
    {
        if (
            after is not { Policy.Spec: { Deadlines.OnDeadline: OnDeadline.Hold } rollout }
            || (before.Record.RunningAttempt, after.Record.RunningAttempt) is not ({ } old, { } attempt)
            || old.Waited >= Of(attempt, rollout)
            || attempt.Waited < Of(attempt, rollout)
        )
        {
            return after;
        }
        var deadline = rollout.Deadlines.Evidence ?? NeedsText.Written(attempt.DefaultDeadline);
        return after.Tell(
            EventTarget.Rollout,
            Reasons.EvidenceDeadline,
            $"Attempt {attempt.Number}, step {attempt.Step + 1}: it has waited for evidence for {deadline}, its deadline, and waits on; status.attempt says what for",
            isWarning: true
        );
    }

    private static bool IsReckoned(Draft draft, Attempt attempt, RolloutSpec rollout)
    {
        var print = PrintOf(draft, attempt, rollout);
        return attempt.NeedsOf == print + WithVolume || (attempt.NeedsOf == print && !KnowsVolume(draft, attempt));
    }

    /// <summary>An attempt begins without runs on stable to compare with, and a later step with those of the step before.</summary>
    private static bool KnowsVolume(Draft draft, Attempt attempt) =>
        CohortPlaces
            .Judged(draft, attempt)
            .Select(f => Trials.Find(draft.Record, f.Name))
            .All(s => s is { HasCoins: false } or { Stable.Runs: >= Enough });

    /// <summary>All that the needs of a step follow from, but for its volume, which changes from day to day.</summary>
    private static string PrintOf(Draft draft, Attempt attempt, RolloutSpec rollout)
    {
        var step = StepPlan.Of(rollout.Steps, attempt).Step;
        var (minima, control) = (rollout.MinimaOf(step), rollout.Analysis.Control.Fraction);
        return StepPlan.HashOf([
            string.Create(
                CultureInfo.InvariantCulture,
                $"{minima.Runs} {minima.Items} {minima.Stores} {step.MinDuration.Canonical} {control:0.######} {attempt.Cohort}"
            ),
            .. CohortPlaces
                .Judged(draft, attempt)
                .Select(f =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{f.Name} {f.MaxStoresPerRun} {f.MaxConcurrentRuns} {f.Schedule} {f.TimeZone}"
                    )
                ),
        ]);
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
                var stores =
                    sight.Stable.Runs * (double)cohort / EvidenceNeeds.GroupsAnOccasion(flow, cohort, attempt.Places);
                return new FlowPace(flow)
                {
                    ItemsAStore = stores > 0 ? sight.Stable.Items / stores : null,
                    HasCoins = !attempt.IsWithoutCoins && FlowHomes.IsOnStable(draft.Record, flow.Name),
                };
            });
    }
}
