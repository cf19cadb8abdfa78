using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>One sentence with numbers for each verdict. What follows from it (rolling back, pausing) is told by the caller.</summary>
internal static class VerdictWords
{
    /// <summary>Above this the exact number says nothing more.</summary>
    private const double MostRollouts = 1e9;

    /// <summary>Flows that the sentence of a pass tells about.</summary>
    private const int MostFlows = 3;

    public static string Of(FlowFinding finding, double joint, int cohort)
    {
        var words = finding.Finding == Finding.Fail ? OfFailure(finding, joint) : OfHold(finding, joint, cohort);
        return $"{finding.Case.Flow}: {words}";
    }

    public static string OfPass(ImmutableArray<FlowCase> flows)
    {
        var told = flows
            .Take(MostFlows)
            .Select(f => $"{f.Flow}: {(f.Trial.HasCoins ? Items(f.Trial) : ItemsBesideOutside(f.Trial))}");
        var more =
            flows.Length > MostFlows ? FormattableString.Invariant($"; and {flows.Length - MostFlows} more flows") : "";
        return $"the minima are met, and the candidate is within its limits or no worse than stable in the same stores; {string.Join("; ", told)}{more}";
    }

    private static string OfFailure(FlowFinding finding, double joint)
    {
        var (trial, policy) = (finding.Case.Trial, finding.Case.Policy);
        return finding.Reason switch
        {
            Reasons.WorseThanStable => $"{Failures(trial, policy, 1 + policy.MaxIncrease)}; {Unlikely(joint)}",
            Reasons.DoesLessThanStable => $"{Volume(trial)}; {Unlikely(joint)}",
            Reasons.BreaksStores => $"{BrokenStores(trial)}; {Unlikely(joint)}",
            Reasons.OverLimit =>
                $"{FailuresBesideOutside(trial, policy)}; without runs on stable in the same stores this is no proof",
            _ => throw new UnreachableException(),
        };
    }

    private static string OfHold(FlowFinding finding, double joint, int cohort)
    {
        var (trial, policy) = (finding.Case.Trial, finding.Case.Policy);
        return finding.Reason switch
        {
            Reasons.Outage =>
                $"{trial.LastOnStable.Far} of {trial.LastOnStable.Of} runs on stable failed by far on the newest occasion, so nothing is counted; the step goes on by itself once they recover",
            Reasons.CohortInTrouble =>
                $"{trial.LastStableEnds.Count(e => e)} of the cohort's last {trial.LastStableEnds.Length} runs on stable failed by far and most stores outside did not, so nothing is counted; if they do not recover, the cohort needs a person",
            Reasons.TooLittleEvidence when joint >= policy.Suspicion =>
                $"has {string.Join(", ", Missing(finding.Case, cohort))}; so far the candidate looks worse than stable: {Doubt(trial, policy)}",
            Reasons.TooLittleEvidence => $"has {string.Join(", ", Missing(finding.Case, cohort))}",
            Reasons.SpoilsNextRun =>
                $"the run after a run of the candidate fails by far more often than the one after a run of stable; {UnlikelyAtOneLook(trial.SpoilsNextRun.Wealth)}",
            Reasons.LosesRuns =>
                $"one arm loses more runs to causes outside the version than the other; {UnlikelyAtOneLook(Evidence.LosesRuns(trial))}",
            Reasons.DoesLessUnproven =>
                $"{Volume(trial)}, at least {Percent(1 - policy.MaxVolumeDrop)} may pass; not proven yet",
            Reasons.DoesMore =>
                $"{Volume(trial)}, at most {Percent(1 + policy.MaxVolumeDrop)} may pass; a person can let it go on",
            Reasons.Suspicious =>
                $"the candidate looks worse than stable: were the versions alike, evidence of {Rounded(joint)} would come up in at most {Percent(1 / joint)} of rollouts, and {Percent(1 / policy.Suspicion)} holds; {Doubt(trial, policy)}",
            Reasons.OverLimitUnproven when trial.HasCoins =>
                $"{Failures(trial, policy, 0)}; the limit is {Percent(policy.MaxErrorRate)}, and a difference to stable is neither proven nor ruled out",
            Reasons.OverLimitUnproven =>
                $"{FailuresBesideOutside(trial, policy)}; the limit is {Percent(policy.MaxErrorRate)}",
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>What owns most of the evidence.</summary>
    private static string Doubt(FlowTrial trial, JudgePolicy policy) =>
        Evidence.PartsOf(trial).Largest switch
        {
            EvidenceKind.Failures => Failures(trial, policy, tolerance: 0),
            EvidenceKind.Less => Volume(trial),
            EvidenceKind.Stores => BrokenStores(trial),
            _ => throw new UnreachableException(),
        };

    /// <summary>What is over: whole runs before items.</summary>
    private static string Failures(FlowTrial trial, JudgePolicy policy, double tolerance) =>
        trial.Candidate.RunsAreOver(trial.Stable, policy.MaxErrorRate, tolerance)
        || !trial.Candidate.ItemsAreOver(trial.Stable, policy.MaxErrorRate, tolerance)
            ? $"{Count(trial.Candidate.Whole)} of {Count(trial.Candidate.Counted)} runs on the candidate failed wholly, {Count(trial.Stable.Whole)} of {Count(trial.Stable.Counted)} on stable in the same stores"
            : $"{Items(trial)} in the same stores";

    private static string Items(FlowTrial trial) =>
        $"{ItemsOf(trial.Candidate)} failed on the candidate, {ItemsOf(trial.Stable)} on stable";

    private static string FailuresBesideOutside(FlowTrial trial, JudgePolicy policy) =>
        trial.Candidate.RunsAreOver(trial.Outside, policy.MaxErrorRate, tolerance: 0)
        || !trial.Candidate.ItemsAreOver(trial.Outside, policy.MaxErrorRate, tolerance: 0)
            ? $"{Count(trial.Candidate.Whole)} of {Count(trial.Candidate.Counted)} runs on the candidate failed wholly, {Count(trial.Outside.Whole)} of {Count(trial.Outside.Counted)} on stable in other stores"
            : ItemsBesideOutside(trial);

    private static string ItemsBesideOutside(FlowTrial trial) =>
        $"{ItemsOf(trial.Candidate)} failed on the candidate, {ItemsOf(trial.Outside)} on stable in other stores";

    private static string ItemsOf(StepSums sums) =>
        sums.Items.Attempted == 0
            ? "0 of 0 items"
            : $"{Count(sums.Items.Failed)} of {Count(sums.Items.Attempted)} items ({Percent((double)sums.Items.Failed / sums.Items.Attempted)})";

    private static string Volume(FlowTrial trial) =>
        $"per run the candidate did {Percent(Evidence.Volume(trial))} of the items that stable did in the same stores";

    private static string BrokenStores(FlowTrial trial)
    {
        var most = trial.Stores.Where(s => s.Value.Breaks is not null).MaxBy(s => s.Value.Breaks?.Wealth).Key;
        return $"single stores fail on the candidate and not on stable, {most} most of all";
    }

    /// <summary>Ville's inequality, with two digits, rounded in favour of the candidate.</summary>
    private static string Unlikely(double evidence) =>
        $"were the versions alike, this would happen less than once in {Count(RoundedDown(Math.Min(evidence, MostRollouts)))} rollouts";

    /// <summary>What watched questions forget makes them no proof over many looks, only at each single one.</summary>
    private static string UnlikelyAtOneLook(double evidence) =>
        $"were the versions alike, less than one look in {Count(RoundedDown(Math.Min(evidence, MostRollouts)))} would show this";

    private static long RoundedDown(double evidence)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(evidence)) - 1));
        return (long)(Math.Floor(evidence / unit) * unit);
    }

    private static IEnumerable<string> Missing(FlowCase flow, int cohort)
    {
        var (candidate, stable, policy) = (flow.Trial.Candidate, flow.Trial.Stable, flow.Policy);
        var minima = new (long Has, long Needs, string What)[]
        {
            (candidate.Counted, policy.MinRuns, "counted runs on the candidate"),
            (flow.Trial.HasCoins ? stable.Runs : policy.MinRuns, policy.MinRuns, "runs on stable"),
            (candidate.Attempted, FlowFinding.ItemsNeeded(flow), "items on the candidate"),
            (candidate.Stores, Math.Min(policy.MinStores, cohort), "stores on the candidate"),
        };
        return minima.Where(m => m.Has < m.Needs).Select(m => $"{Count(m.Has)} of {Count(m.Needs)} {m.What}");
    }

    private static string Rounded(double evidence) =>
        evidence > MostRollouts
            ? $"more than {Count((long)MostRollouts)}"
            : evidence.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double fraction) =>
        fraction < 1e6 ? FractionText.Of((decimal)fraction) : "over 100,000,000%";
}
