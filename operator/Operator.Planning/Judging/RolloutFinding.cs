using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>The verdict on a step of an attempt.</summary>
/// <param name="Verdict">With its sentence.</param>
/// <param name="Flow">The flow that decides. Empty: all pass.</param>
/// <param name="Evidence">The mean of the evidence of the flows that have coins.</param>
public sealed record RolloutVerdict(Verdict Verdict, string Flow, double Evidence);

/// <summary>Joins what is found of the flows.</summary>
internal static class RolloutFinding
{
    /// <summary>The order of a flow's own verdict: of several flows that hold, the reason first here is told.</summary>
    private static readonly ImmutableArray<string> Holds =
    [
        Reasons.Outage,
        Reasons.CohortInTrouble,
        Reasons.TooLittleEvidence,
        Reasons.SpoilsNextRun,
        Reasons.LosesRuns,
        Reasons.DoesLessUnproven,
        Reasons.DoesMore,
        Reasons.Suspicious,
        Reasons.OverLimitUnproven,
    ];

    /// <summary>
    /// A flow that fails decides, of several the one with most evidence; else one that holds, of several the reason first in
    /// <see cref="Holds"/>, then the most evidence; else all pass.
    /// </summary>
    public static RolloutVerdict Decide(ImmutableArray<FlowCase> flows, ImmutableArray<FlowTrial> gone, int cohort)
    {
        var joint = Joint([.. flows.Select(f => f.Trial), .. gone]);
        var findings = flows.Select(f => FlowFinding.Of(f, joint, cohort)).ToList();
        var deciding = findings
            .Where(f => f.Finding != Finding.Pass)
            .OrderByDescending(f => f.Finding)
            .ThenBy(f => f.Finding == Finding.Hold ? Holds.IndexOf(f.Reason) : 0)
            .ThenByDescending(f => f.Own)
            .FirstOrDefault();
        return deciding is null
            ? new RolloutVerdict(new Verdict.Pass(Reasons.WithinLimits, VerdictWords.OfPass(flows)), "", joint)
            : new RolloutVerdict(VerdictOf(deciding, joint, cohort), deciding.Case.Flow, joint);
    }

    /// <summary>A mean of evidence is evidence. Where no flow has a coin it is 1.</summary>
    private static double Joint(ImmutableArray<FlowTrial> trials)
    {
        var withCoins = trials.Where(t => t.HasCoins).ToList();
        return withCoins.Count == 0 ? 1 : withCoins.Average(Evidence.Own);
    }

    private static Verdict VerdictOf(FlowFinding finding, double joint, int cohort)
    {
        var message = VerdictWords.Of(finding, joint, cohort);
        return finding.Finding == Finding.Fail
            ? new Verdict.Fail(finding.Reason, message)
            : new Verdict.Hold(finding.Reason, message);
    }
}
