using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>Without coins there is no proof, only limits and a guard against outages.</summary>
public sealed class CoinlessFlowTests
{
    private static readonly FlowTrial Begun = Judge.Begin(4, new Reporting(true, true), hasCoins: false);
    private static readonly ImmutableArray<EndedRun> Healthy = [TrialOf.Outside(100, 1), TrialOf.Outside(100, 1)];
    private static readonly ImmutableArray<EndedRun> Broken = [TrialOf.Outside(100, 90), TrialOf.Outside(100, 90)];

    [Fact]
    public void Its_evidence_is_one() => Assert.Equal(1, Judge.EvidenceOf(Begun.Beside(Healthy, Candidate(20, 20))));

    [Fact]
    public void Three_runs_that_all_fail_wholly_fail_it()
    {
        var trial = Begun.Times(2, t => t.Beside(Healthy, Candidate(20, 20)));

        Assert.Equal(Reasons.TooLittleEvidence, trial.Verdict().Reason);
        var verdict = Assert.IsType<Verdict.Fail>(trial.Beside(Healthy, Candidate(20, 20)).Verdict());
        Assert.Equal(
            "orders: 3 of 3 runs on the candidate failed wholly, 0 of 6 on stable in other stores; without runs on stable in the same stores this is no proof",
            verdict.Message
        );
        Assert.Equal(Reasons.OverLimit, verdict.Reason);
    }

    [Fact]
    public void An_outage_outside_holds_and_is_not_counted()
    {
        var trial = Begun.Times(3, t => t.Beside(Broken, Candidate(20, 20)));

        Assert.Equal(Reasons.Outage, trial.Verdict().Reason);
        Assert.Equal((0, 3, 0), (trial.Candidate.Counted, trial.Candidate.Runs, trial.Rounds));
    }

    [Fact]
    public void It_is_compared_with_the_runs_outside()
    {
        var trial = Begun.Times(10, t => t.Beside(Healthy, Candidate(100, 4)));

        Assert.IsType<Verdict.Fail>(trial.Verdict());
    }

    [Fact]
    public void Above_the_limit_and_no_worse_than_outside_it_holds()
    {
        ImmutableArray<EndedRun> dirty = [TrialOf.Outside(100, 4), TrialOf.Outside(100, 4)];

        var trial = Begun.Times(10, t => t.Beside(dirty, Candidate(100, 4)));

        Assert.Equal(Reasons.OverLimitUnproven, trial.Verdict().Reason);
    }

    [Fact]
    public void Within_its_limits_it_passes() =>
        Assert.Equal(Reasons.WithinLimits, Begun.Times(10, t => t.Beside(Healthy, Candidate(100, 1))).Verdict().Reason);

    [Fact]
    public void It_is_not_in_the_mean_of_the_flows()
    {
        var bad = Judge
            .Begin(4, new Reporting(true, true))
            .Times(12, t => t.Then(TrialOf.Run(Arm.Candidate, "a", 20, 20), TrialOf.Run(Arm.Stable, "b", 20, 0)));

        var verdict = Judge.Decide(
            [new FlowCase("joined", Begun, TrialOf.Policy), new FlowCase("orders", bad, TrialOf.Policy)],
            cohort: 4
        );

        Assert.Equal(Judge.EvidenceOf(bad), verdict.Evidence);
        Assert.Equal(("orders", Reasons.WorseThanStable), (verdict.Flow, verdict.Verdict.Reason));
    }

    private static EndedRun Candidate(long attempted, long failed) =>
        TrialOf.Run(Arm.Candidate, "a", attempted, failed) with
        {
            Coin = Coin.Forced(Arm.Candidate),
        };
}
