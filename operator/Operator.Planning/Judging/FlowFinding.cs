using System.Diagnostics;
using Operator.Planning.Facts;

namespace Operator.Planning.Judging;

/// <summary>A flow that is judged, and the limits that hold for it in this step.</summary>
public sealed record FlowCase(string Flow, FlowTrial Trial, JudgePolicy Policy);

internal enum Finding
{
    Pass,
    Hold,
    Fail,
}

/// <summary>What is found of one flow. The first line that fits decides.</summary>
internal sealed record FlowFinding(FlowCase Case, Finding Finding, string Reason)
{
    /// <summary>Runs of each arm before a size is believed.</summary>
    public const int Enough = 3;

    public double Own { get; } = Evidence.Own(Case.Trial);

    public static FlowFinding Fail(FlowCase flow, string reason) => new(flow, Finding.Fail, reason);

    public static FlowFinding Hold(FlowCase flow, string reason) => new(flow, Finding.Hold, reason);

    public static FlowFinding Pass(FlowCase flow) => new(flow, Finding.Pass, Reasons.WithinLimits);

    /// <summary><paramref name="joint"/> is the mean of the evidence of all flows with coins: no flow pays for another.</summary>
    public static FlowFinding Of(FlowCase flow, double joint, int cohort)
    {
        if (!flow.Trial.HasCoins)
        {
            return CoinlessFlow.Find(flow, cohort);
        }
        if (Harm(flow, joint) is { } harm)
        {
            return Fail(flow, harm);
        }
        return WhyHeld(flow, joint, cohort) is { } why ? Hold(flow, why) : Pass(flow);
    }

    public static bool HasEnoughOnCandidate(FlowCase flow, int cohort)
    {
        var (candidate, policy) = (flow.Trial.Candidate, flow.Policy);
        return candidate.Counted >= policy.MinRuns
            && candidate.Attempted >= ItemsNeeded(flow)
            && candidate.Stores >= Math.Min(policy.MinStores, cohort);
    }

    /// <summary>Until stable has reported in the flow, its runs are judged and not its items.</summary>
    public static int ItemsNeeded(FlowCase flow) => flow.Trial.Reporting.Stable ? flow.Policy.MinItems : 0;

    /// <summary>
    /// Proof, and beside it size, as measured in this step, of what owns most of the evidence and of nothing else. A proven difference that
    /// measures small is no harm. Null: none is proven.
    /// </summary>
    private static string? Harm(FlowCase flow, double joint)
    {
        var (trial, policy) = (flow.Trial, flow.Policy);
        if (
            Math.Min(joint, Evidence.Own(trial)) < policy.Proof
            || Math.Min(trial.Candidate.Counted, trial.Stable.Counted) < Enough
        )
        {
            return null;
        }
        return Evidence.PartsOf(trial).Largest switch
        {
            EvidenceKind.Failures => trial.Candidate.IsOver(trial.Stable, policy.MaxErrorRate, 1 + policy.MaxIncrease)
                ? Reasons.WorseThanStable
                : null,
            EvidenceKind.Less => Evidence.Volume(trial) < 1 - policy.MaxVolumeDrop ? Reasons.DoesLessThanStable : null,
            EvidenceKind.Stores => Reasons.BreaksStores,
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Null: nothing holds.</summary>
    private static string? WhyHeld(FlowCase flow, double joint, int cohort)
    {
        var (trial, policy) = (flow.Trial, flow.Policy);
        if (trial.Trouble != Trouble.None)
        {
            return trial.Trouble == Trouble.Outage ? Reasons.Outage : Reasons.CohortInTrouble;
        }
        if (!HasEnoughOnCandidate(flow, cohort) || trial.Stable.Runs < policy.MinRuns)
        {
            return Reasons.TooLittleEvidence;
        }
        if (trial.SpoilsNextRun.Wealth >= policy.Proof)
        {
            return Reasons.SpoilsNextRun;
        }
        if (Evidence.LosesRuns(trial) >= policy.Proof)
        {
            return Reasons.LosesRuns;
        }
        var volume = Evidence.Volume(trial);
        if (volume < 1 - policy.MaxVolumeDrop)
        {
            return Reasons.DoesLessUnproven;
        }
        if (volume > 1 + policy.MaxVolumeDrop)
        {
            return Reasons.DoesMore;
        }
        if (joint >= policy.Suspicion)
        {
            return Reasons.Suspicious;
        }
        return IsOverUnproven(trial, policy) ? Reasons.OverLimitUnproven : null;
    }

    /// <summary>
    /// Over the bare limit, unless the step's own bets lose: bets on failures lose where stable fails as much, so a store that fails on
    /// both versions stops nobody.
    /// </summary>
    private static bool IsOverUnproven(FlowTrial trial, JudgePolicy policy) =>
        trial.Candidate.IsOver(trial.Stable, policy.MaxErrorRate, tolerance: 0)
        && (!Evidence.OwnBetsAreLosing(trial) || trial.SpoilsNextRun.Wealth > 2);
}
