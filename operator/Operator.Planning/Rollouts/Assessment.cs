using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// The verdict on the running attempt: what the judge says, and what stands before and after that. Where several things wait, the first here is
/// told: a proven failure; what keeps the candidate from running; a flow that was not seen; the judge's own order; a version that is slower than
/// the schedule; the time that the step lasts.
/// </summary>
internal static class Assessment
{
    private const int FewestLate = 3;
    private const decimal MostLate = 0.1m;

    public static Verdict Of(Draft draft, Attempt attempt, RolloutSpec rollout)
    {
        var plan = StepPlan.Of(rollout.Steps, attempt);
        var present = CohortPlaces.Present(draft, attempt);
        var judged = Judged(draft, attempt, plan, present.Then);
        if (Proven(attempt, judged) is { } failure)
        {
            return failure;
        }
        var waits =
            NotRunning(draft, attempt)
            ?? Away(draft, attempt, present)
            ?? NotSeen(draft, attempt, judged)
            ?? (judged is Verdict.Hold hold ? Standing(draft, attempt, hold) : null)
            ?? Slower(draft, attempt)
            ?? TooShort(draft, attempt, plan);
        return waits is null ? judged! : EvidenceDeadline.After(attempt, rollout, waits); // it passes
    }

    /// <summary>The attempt has failed by what is settled, and nobody has acted on it yet.</summary>
    public static bool IsProven(Draft draft)
    {
        if (draft is not { Policy: { } policy, Record.RunningAttempt: { PausedOn: null } attempt })
        {
            return false;
        }
        var (plan, present) = (StepPlan.Of(policy.Spec.Steps, attempt), CohortPlaces.Present(draft, attempt));
        return Proven(attempt, Judged(draft, attempt, plan, present.Then)) is not null;
    }

    private static Verdict? Judged(Draft draft, Attempt attempt, StepPlan plan, int cohort) =>
        Trials.Decide(draft, attempt, plan.Step, cohort)?.Verdict;

    private static Verdict.Fail? Proven(Attempt attempt, Verdict? judged) =>
        CandidateRefusals.Conclusive(attempt) is { } refused
            ? new Verdict.Fail(refused.Reason, $"{CandidateRefusals.Describe(refused)}: {refused.Words}")
        : Guards.Tripped(attempt) is { } tripped ? new Verdict.Fail(Reasons.GuardTripped, tripped)
        : judged as Verdict.Fail;

    /// <summary>What keeps more stores from the candidate, whatever the evidence is.</summary>
    private static Verdict.Hold? NotRunning(Draft draft, Attempt attempt) =>
        draft switch
        {
            { Spec.Suspend: true } => new Verdict.Hold(
                Reasons.Suspended,
                "the connector is suspended, so nothing runs and the step's clocks stand still"
            ),
            { Seen.ConnectorFindings.IsEmpty: false } => new Verdict.Hold(
                Reasons.InvalidSpec,
                "the connector has problems, so no run is planned; see its condition Ready"
            ),
            _ when attempt.Refusal is { } refusal => CandidateRefusals.Hold(refusal),
            _ when ImageIds.Problem(draft.Record.Revisions.Find(attempt.Revision)) is { } changed => new Verdict.Hold(
                Reasons.ImageChanged,
                $"{changed}; new content ends the hold"
            ),
            // The spec may ask for other content than the candidate's.
            { Seen.Desired: DesiredContent.Unformed unformed } => new Verdict.Hold(
                unformed.IsMissing ? Reasons.ConfigMapMissing : Reasons.InvalidSpec,
                $"the content of the spec can't be formed, so no more stores get the candidate: {unformed.Why}"
            ),
            { Policy.Metadata.DeletionTimestamp: not null } => new Verdict.Hold(
                Reasons.BeingDeleted,
                "the SyncRollout is being deleted, so no more stores get the candidate"
            ),
            _ => null,
        };

    private static Verdict.Hold? Away(Draft draft, Attempt attempt, (int Now, int Then) present) =>
        CohortPlaces.IsMostlyPaused(draft, attempt)
            ? new Verdict.Hold(
                Reasons.CohortPaused,
                "at least half of the cohort's stores ran the candidate and can't authenticate now; see the connector's condition StoresFailing"
            )
        : present.Now == 0
            ? new Verdict.Hold(
                Reasons.CohortAway,
                $"every store of the cohort is gone, suspended, or can't authenticate, and {(present.Then == 0 ? "no other store can take a place" : "other stores take the places after two due times")}"
            )
        : !attempt.HasStarted
            ? new Verdict.Hold(
                Reasons.PilotRunning,
                "the first candidate run must start before the other stores follow"
            )
        : null;

    /// <summary>A flow that has not run in the step says nothing of the candidate.</summary>
    private static Verdict.Hold? NotSeen(Draft draft, Attempt attempt, Verdict? judged)
    {
        if (judged is null)
        {
            return new Verdict.Hold(
                Reasons.FlowNotSeen,
                $"none of the flows that are judged is in the spec, so nothing is judged, and the step waits for ever; list '{attempt.JudgedFlows.FirstOrDefault()}' again, ship new content, or revert it"
            );
        }
        var unseen = CohortPlaces
            .JudgedNames(draft, attempt)
            .Where(f => Trials.Find(draft.Record, f) is not ({ Candidate.All: > 0 } or { Stable.All: > 0 }))
            .ToList();
        return unseen.Count == 0
            ? null
            : Standing(
                draft,
                attempt,
                new Verdict.Hold(
                    Reasons.FlowNotSeen,
                    $"no first run of flow '{unseen[0]}'{More(unseen.Count - 1)} has come to an end by itself in this step yet; the step waits for the due times of all flows that it judges"
                )
            );
    }

    private static string More(int flows) =>
        flows > 0 ? $", and of {flows} more {(flows == 1 ? "flow" : "flows")}," : "";

    private static Verdict.Hold Standing(Draft draft, Attempt attempt, Verdict.Hold hold) =>
        CohortPlaces.JudgedNames(draft, attempt).FirstOrDefault(draft.Effective.StandsStill) is { } still
            ? hold with
            {
                Message =
                    $"{hold.Message}; flow '{still}' stands still, because its spec is wrong; correct it or remove the flow",
            }
            : hold;

    /// <summary>Its runs overlap their stores' next due time, and stable's do not.</summary>
    private static Verdict.Hold? Slower(Draft draft, Attempt attempt)
    {
        foreach (var flow in CohortPlaces.JudgedNames(draft, attempt))
        {
            var sums = Trials.Find(draft.Record, flow) ?? TrialSight.None;
            var (candidate, stable) = (sums.Candidate, sums.Stable);
            if (
                candidate.Late >= FewestLate
                && candidate.LateShare > MostLate
                && 2 * stable.LateShare <= candidate.LateShare
            )
            {
                return new Verdict.Hold(
                    Reasons.SlowerThanSchedule,
                    $"flow '{flow}': {candidate.Late} of {candidate.Runs} runs on the candidate were still live at their stores' next due time, {stable.Late} of {stable.Runs} on stable; a slower schedule, a faster version or a person lets it go on"
                );
            }
        }
        return null;
    }

    private static Verdict.Hold? TooShort(Draft draft, Attempt attempt, StepPlan plan) =>
        attempt.Dwelled < plan.Step.MinDuration.Value
            ? new Verdict.Hold(
                Reasons.MinDuration,
                $"the evidence suffices; the step lasts {plan.Step.MinDuration} of observed rounds"
            )
        : plan.NextIndex is null && CohortPlaces.Awaited(draft, attempt, plan.Step) > 0
            ? new Verdict.Hold(
                Reasons.StoresAppended,
                "the evidence suffices; before the promotion, stores that joined or came back need one run of the candidate each, or the step one dwell more"
            )
        : null;
}
