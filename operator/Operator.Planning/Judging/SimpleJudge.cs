using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>
/// Judges each flow by fixed limits. With at least <c>minRuns</c> ended runs a flow fails when its pooled item error rate,
/// or the share of its runs that failed because of the version, is above <c>maxErrorRate</c>. A flow passes when all minima
/// are met and both rates are within the limit. Throttled items are neither ok nor failed. A flow that never reported is
/// judged by its runs only. <c>minStores</c> is capped at the size of the cohort.
/// </summary>
public static class SimpleJudge
{
    public static Verdict Judge(ImmutableArray<FlowSums> flows, RolloutSpec rollout, int cohortStores)
    {
        Verdict? hold = null;
        foreach (var flow in flows)
        {
            switch (JudgeFlow(flow, rollout, cohortStores))
            {
                case Verdict.Fail fail:
                    return fail;
                case Verdict.Hold waiting:
                    hold ??= waiting;
                    break;
            }
        }
        return hold
            ?? new Verdict.Pass(
                Reasons.WithinLimits,
                $"every flow is within {rollout.Analysis.MaxErrorRate} on the minimum evidence"
            );
    }

    private static Verdict JudgeFlow(FlowSums flow, RolloutSpec rollout, int cohortStores)
    {
        var (evidence, minima, limit) = (
            flow.Evidence,
            rollout.Evidence.With(step: null),
            rollout.Analysis.MaxErrorRate
        );
        if (evidence.Runs < minima.Runs)
        {
            var reason = evidence.Runs == 0 ? Reasons.FlowNotSeen : Reasons.MoreRunsNeeded;
            return Hold(reason, flow.Flow, $"has {evidence.Runs} of {minima.Runs} ended candidate runs");
        }
        if (evidence.RunErrorRate > limit.Fraction)
        {
            return new Verdict.Fail(
                Reasons.RunErrorRateTooHigh,
                $"flow '{flow.Flow}': {evidence.BadRuns} of {evidence.Runs} candidate runs ended badly ({FractionText.Of(evidence.RunErrorRate)}), the limit is {limit}"
            );
        }
        if (flow.HasReported && evidence.ItemErrorRate > limit.Fraction)
        {
            return new Verdict.Fail(
                Reasons.ItemErrorRateTooHigh,
                $"flow '{flow.Flow}': {evidence.ItemsFailed} of {evidence.ItemsOk + evidence.ItemsFailed} items failed on the candidate ({FractionText.Of(evidence.ItemErrorRate)}), the limit is {limit}"
            );
        }
        return HasEnough(flow, minima, cohortStores);
    }

    private static Verdict HasEnough(FlowSums flow, Minima minima, int cohortStores)
    {
        var evidence = flow.Evidence;
        if (!flow.HasReported)
        {
            return new Verdict.Pass(
                Reasons.WithinLimits,
                $"flow '{flow.Flow}' reports nothing and its runs ended well"
            );
        }
        var items = evidence.ItemsOk + evidence.ItemsFailed;
        if (items < minima.Items)
        {
            return Hold(Reasons.MoreItemsNeeded, flow.Flow, $"has {items} of {minima.Items} items");
        }
        var minStores = Math.Min(minima.Stores, cohortStores);
        if (evidence.Stores.Length < minStores)
        {
            return Hold(
                Reasons.MoreStoresNeeded,
                flow.Flow,
                $"has seen {evidence.Stores.Length} of {minStores} stores"
            );
        }
        return new Verdict.Pass(Reasons.WithinLimits, $"flow '{flow.Flow}' is within its limits");
    }

    private static Verdict.Hold Hold(string reason, string flow, string what) => new(reason, $"flow '{flow}' {what}");
}
