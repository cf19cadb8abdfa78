using System.Globalization;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Telling;

/// <summary>Derives what the rollout's status says of single attempts.</summary>
internal static class AttemptTeller
{
    /// <summary>How an attempt treats a flow. The words are part of the API.</summary>
    private enum FlowRole
    {
        Judged,
        Joined,
        CandidateOnly,
        NotJudged,
    }

    /// <summary>Nobody needs the digits of a larger one.</summary>
    private const double MostEvidence = 1e9;

    public static AttemptStatus Running(Draft draft, SyncRollout policy, Attempt attempt, Verdict verdict)
    {
        var step = StepPlan.Of(policy.Spec.Steps, attempt);
        return new AttemptStatus
        {
            Number = attempt.Number,
            Image = draft.Record.Revisions.Find(attempt.Revision)?.Sync.Image ?? "",
            Step = step.Index + 1,
            Steps = policy.Spec.Steps.Length,
            StepOf = Of(step.Index + 1, policy.Spec.Steps.Length),
            CohortSize = attempt.Cohort,
            Stores = attempt.Order.Length,
            CohortOf = Of(attempt.Cohort, attempt.Order.Length),
            Dwelled = Duration.From(TimeSpan.FromSeconds(Math.Floor(attempt.Dwelled.TotalSeconds))),
            MinDuration = step.Step.MinDuration,
            Evidence = Trials.MeanEvidence(draft.Record, attempt) is { } mean ? TextOf(mean) : "",
            Flows =
            [
                .. draft
                    .Effective.ListedFlows.DistinctBy(f => f.Name, StringComparer.Ordinal)
                    .Select(f => EvidenceOf(draft.Record, f.Name, attempt)),
            ],
            Verdict = verdict.Kind,
            Reason = verdict.Reason,
            Message = attempt.IsWithoutCoins
                ? $"{verdict.Message}; control is 0%, so there is no proof"
                : verdict.Message,
            Needs = attempt.Needs,
            DeadlineAt = attempt.PausedOn is null
                ? ConditionDraft.Seconds(EvidenceDeadline.At(attempt, policy.Spec))
                : null,
            OnDeadline = policy.Spec.Deadlines.OnDeadline.ToString(),
            StartedAt = ConditionDraft.Seconds(attempt.StartedAt),
            StepStartedAt = ConditionDraft.Seconds(attempt.StepStartedAt),
            // A connector with problems may have schedules that can't be parsed, and nothing is checked then.
            NextCheckAt = draft.Seen.ConnectorFindings.IsEmpty
                ? draft.Spec.Flows.Select(f => Schedule.Of(f).Next(draft.Now)).Min()
                : null,
        };
    }

    public static AttemptStatus Ended(EndedAttempt ended) =>
        new()
        {
            Number = ended.Number,
            Image = ended.Image,
            Step = ended.Step,
            Steps = ended.Steps,
            StepOf = Of(ended.Step, ended.Steps),
            CohortSize = ended.Cohort,
            Stores = ended.Stores,
            CohortOf = Of(ended.Cohort, ended.Stores),
            Verdict = ended.Outcome switch
            {
                AttemptOutcome.Promoted => nameof(Verdict.Pass),
                AttemptOutcome.RolledBack => nameof(Verdict.Fail),
                _ => nameof(Verdict.Hold),
            },
            Reason = ended.Reason,
            Message = ended.Message,
            StartedAt = ConditionDraft.Seconds(ended.StartedAt),
            StepStartedAt = ConditionDraft.Seconds(ended.StepStartedAt),
            EndedAt = ConditionDraft.Seconds(ended.EndedAt),
        };

    public static AttemptSummary Summary(EndedAttempt ended) =>
        new()
        {
            Number = ended.Number,
            Revision = ended.Revision,
            Image = ended.Image,
            Outcome = ended.Outcome.ToString(),
            Reason = ended.Reason,
            Message = ended.Message,
            Step = ended.Step,
            CohortSize = ended.Cohort,
            StartedAt = ConditionDraft.Seconds(ended.StartedAt),
            EndedAt = ConditionDraft.Seconds(ended.EndedAt),
        };

    private static FlowEvidence EvidenceOf(ConnectorRecord record, string flow, Attempt attempt)
    {
        var sight = Trials.Find(record, flow) ?? TrialSight.None;
        return new FlowEvidence
        {
            Flow = flow,
            Role = RoleOf(record, flow, attempt).ToString(),
            Evidence = sight.HasCoins ? TextOf(sight.Evidence) : "",
            Rounds = sight.Rounds,
            Candidate = Of(sight.Candidate),
            Stable = Of(sight.Stable),
            ErrorRate = FractionText.Of(sight.Candidate.ItemErrorRate),
        };
    }

    private static ArmEvidence Of(ArmSums sums) =>
        new()
        {
            Runs = sums.Runs,
            FailedRuns = sums.FailedRuns,
            Stores = sums.Stores,
            Items = sums.Items,
            FailedItems = sums.FailedItems,
        };

    /// <summary>A proof at 1% is 100; from there on whole numbers say enough.</summary>
    private static string TextOf(double evidence) =>
        Math.Min(evidence, MostEvidence).ToString(evidence < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static FlowRole RoleOf(ConnectorRecord record, string flow, Attempt attempt) =>
        attempt.JoinedFlows.Contains(flow, StringComparer.Ordinal) ? FlowRole.Joined
        : !attempt.JudgedFlows.Contains(flow, StringComparer.Ordinal) ? FlowRole.NotJudged
        : FlowHomes.IsOnStable(record, flow) ? FlowRole.Judged
        : FlowRole.CandidateOnly;

    private static string Of(int part, int whole) => string.Create(CultureInfo.InvariantCulture, $"{part}/{whole}");
}
