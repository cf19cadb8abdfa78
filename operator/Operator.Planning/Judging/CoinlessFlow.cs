using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>
/// A flow of which every cohort run is on the candidate: <c>control: 0%</c>, or a flow that stable does not have. Nothing is bet and
/// there is no proof, only limits and a guard against outages. Its evidence is 1.
/// </summary>
internal static class CoinlessFlow
{
    public static FlowTrial Settle(FlowTrial before, SettledOccasion occasion, JudgePolicy policy)
    {
        var outside = Settling.Outside(before, occasion);
        // Before the candidate has started, and while it is refused, its stores run stable: such an occasion is no round.
        var ended = occasion
            .Runs.Where(r => r.Coin.Arm == Arm.Candidate)
            .Select(r => RunReading.Of(r, before.Reporting))
            .Where(r => !r.IsLost)
            .OrderBy(r => r.Stores[0], StringComparer.Ordinal)
            .ToList();
        var onStable = TroubleSight.Sum(TroubleSight.FarEnds(outside, policy));
        var trial = before with
        {
            Trouble = TroubleSight.Most(onStable) ? Trouble.Outage : Trouble.None,
            LastOnStable = onStable,
            Occasions = before.Occasions + 1,
        };
        var scope = new CountScope(
            IsCounted: before.Trouble == Trouble.None && trial.Trouble == Trouble.None,
            IsOfStep: occasion.Stage == trial.Stage
        );
        trial = Counting.Count(trial, ended, outside, scope);
        if (scope.IsOfStep)
        {
            trial = trial with
            {
                Outside = outside.Aggregate(trial.Outside, (sum, r) => sum.With(r, scope.IsCounted, newStores: 0)),
            };
        }
        trial = trial with { Reporting = before.Reporting.With(occasion.Runs.Concat(occasion.Outside)) };
        return Settling.Remember(trial);
    }

    public static FlowFinding Find(FlowCase flow, int cohort)
    {
        var (trial, policy) = (flow.Trial, flow.Policy);
        var (candidate, outside) = (trial.Candidate, trial.Outside);
        if (trial.Trouble != Trouble.None)
        {
            return FlowFinding.Hold(flow, Reasons.Outage);
        }
        var allFailed = candidate.Counted >= FlowFinding.Enough && candidate.Whole == candidate.Counted;
        var tolerance = outside.Counted > 0 ? 1 + policy.MaxIncrease : 0;
        var isOver = candidate.Counted >= policy.MinRuns && candidate.IsOver(outside, policy.MaxErrorRate, tolerance);
        if (allFailed || isOver)
        {
            return FlowFinding.Fail(flow, Reasons.OverLimit);
        }
        if (!FlowFinding.HasEnoughOnCandidate(flow, cohort))
        {
            return FlowFinding.Hold(flow, Reasons.TooLittleEvidence);
        }
        return candidate.IsOver(outside, policy.MaxErrorRate, tolerance: 0)
            ? FlowFinding.Hold(flow, Reasons.OverLimitUnproven)
            : FlowFinding.Pass(flow);
    }
}
