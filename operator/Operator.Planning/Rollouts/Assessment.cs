using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Judges the running attempt by its evidence. No other type calls the judge.</summary>
internal static class Assessment
{
    /// <summary>The verdict on the running step. A pass before the step's <c>minDuration</c> is over becomes a hold.</summary>
    public static Verdict Of(Draft draft, Attempt attempt, RolloutSpec rollout)
    {
        var flows = CohortPlaces
            .JudgedNames(draft, attempt)
            .Select(f => SumsOf(draft.Record, f, attempt))
            .ToImmutableArray();
        var present = CohortPlaces.Present(draft, attempt);
        var verdict = flows.IsEmpty
            ? new Verdict.Hold(
                Reasons.FlowNotSeen,
                "all flows of the spec joined during the attempt, so none is judged"
            )
            : SimpleJudge.Judge(flows, rollout, present.Then);
        var plan = StepPlan.Of(rollout.Steps, attempt);
        return verdict switch
        {
            Verdict.Hold or Verdict.Pass when CandidateRefusals.Conclusive(attempt) is { } refused => new Verdict.Fail(
                refused.Reason,
                $"{CandidateRefusals.Describe(refused)}: {refused.Words}"
            ),
            Verdict.Hold or Verdict.Pass when attempt.Refusal is { } refusal => CandidateRefusals.Hold(refusal),
            Verdict.Hold
            or Verdict.Pass when ImageIds.Problem(draft.Record.Revisions.Find(attempt.Revision)) is { } changed =>
                new Verdict.Hold(Reasons.ImageChanged, $"{changed}; new content ends the hold"),
            // The spec may ask for other content than the candidate's.
            Verdict.Hold or Verdict.Pass when draft.Seen.Desired is DesiredContent.Unformed unformed =>
                new Verdict.Hold(
                    unformed.IsMissing ? Reasons.ConfigMapMissing : Reasons.InvalidSpec,
                    $"the content of the spec can't be formed, so no more stores get the candidate: {unformed.Why}"
                ),
            Verdict.Hold or Verdict.Pass when draft.Policy is { Metadata.DeletionTimestamp: not null } =>
                new Verdict.Hold(
                    Reasons.BeingDeleted,
                    "the SyncRollout is being deleted, so no more stores get the candidate"
                ),
            Verdict.Hold or Verdict.Pass when CohortPlaces.IsMostlyPaused(draft, attempt) => new Verdict.Hold(
                Reasons.CohortPaused,
                "at least half of the cohort's stores ran the candidate and can't authenticate now; see the connector's condition StoresFailing"
            ),
            Verdict.Hold when present.Now == 0 => new Verdict.Hold(
                Reasons.CohortAway,
                $"every store of the cohort is gone, suspended, or can't authenticate, and {(present.Then == 0 ? "no other store can take a place" : "other stores take the places after two due times")}"
            ),
            Verdict.Hold when !attempt.HasStarted => new Verdict.Hold(
                Reasons.PilotRunning,
                "the first candidate run must start before the other stores follow"
            ),
            Verdict.Pass when attempt.Dwelled < plan.Step.MinDuration.Value => new Verdict.Hold(
                Reasons.MinDuration,
                $"the evidence suffices; the step lasts {plan.Step.MinDuration} of observed rounds"
            ),
            Verdict.Pass when plan.NextIndex is null && CohortPlaces.Awaited(draft, attempt, plan.Step) > 0 =>
                new Verdict.Hold(
                    Reasons.StoresAppended,
                    "the evidence suffices; before the promotion, stores that joined or came back need one run of the candidate each, or the step one dwell more"
                ),
            Verdict.Hold hold when flows.FirstOrDefault(f => draft.Effective.StandsStill(f.Flow)) is { } still =>
                hold with
                {
                    Message =
                        $"{hold.Message}; flow '{still.Flow}' stands still, because its spec is wrong; correct it or remove the flow",
                },
            _ => verdict,
        };
    }

    /// <summary>Evidence of the flow for the candidate in the running step.</summary>
    public static StepEvidence EvidenceOf(ConnectorRecord record, string flow, Attempt attempt) =>
        record.Ledger(flow).Evidence.For(attempt.Number, attempt.Stage);

    private static FlowSums SumsOf(ConnectorRecord record, string flow, Attempt attempt) =>
        new(flow, EvidenceOf(record, flow, attempt), record.Plan(flow).HasReported);

    /// <summary>The number of active stores in the cohort.</summary>
    public static int CohortStores(Draft draft, Attempt attempt) =>
        attempt.Order.Take(attempt.Cohort).Count(draft.Roster.IsActive);
}
