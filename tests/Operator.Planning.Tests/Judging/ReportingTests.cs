using Operator.Planning.Facts;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>A missing report is a bad end only where stable has reported in the flow before.</summary>
public sealed class ReportingTests
{
    [Theory]
    [InlineData(false, false, Arm.Candidate, false)]
    [InlineData(false, false, Arm.Stable, false)]
    [InlineData(false, true, Arm.Candidate, false)]
    [InlineData(false, true, Arm.Stable, false)]
    [InlineData(true, false, Arm.Candidate, true)]
    [InlineData(true, false, Arm.Stable, true)]
    public void Until_stable_has_reported_nobody_is_obliged_to(bool stable, bool candidate, Arm arm, bool isBad)
    {
        var trial = Judge.Begin(4, new Reporting(stable, candidate)).Then(Silent(arm, "a"));

        var sums = arm == Arm.Candidate ? trial.Candidate : trial.Stable;
        Assert.Equal((1, isBad ? 1 : 0), (sums.Counted, sums.Whole));
    }

    [Fact]
    public void Until_stable_reports_each_store_is_one_item()
    {
        var trial = Judge
            .Begin(4, new Reporting(false, false))
            .Then(
                Silent(Arm.Stable, "a"),
                TrialOf.Run(Arm.Candidate, "b", attempted: 40, failed: 19),
                TrialOf.Run(Arm.Candidate, "c", attempted: 40, failed: 20)
            );

        Assert.Equal((2, 1), (trial.Candidate.Attempted, trial.Candidate.Whole));
        Assert.Equal((1, 0), (trial.Stable.Attempted, trial.Stable.Whole));
    }

    [Fact]
    public void What_a_revision_reports_counts_from_the_next_occasion_on()
    {
        var trial = Judge
            .Begin(4, new Reporting(false, false))
            .Then(Silent(Arm.Candidate, "a"), TrialOf.Run(Arm.Stable, "b", attempted: 40, failed: 0));

        Assert.Equal((0, 1), (trial.Candidate.Whole, trial.Stable.Attempted));
        Assert.Equal(1, trial.Then(Silent(Arm.Candidate, "a")).Candidate.Whole);
    }

    [Fact]
    public void A_flow_without_reports_needs_no_items_to_pass()
    {
        var trial = Judge
            .Begin(4, new Reporting(false, false))
            .Times(10, t => t.Then(Silent(Arm.Candidate, "a"), Silent(Arm.Stable, "b")));

        Assert.Equal(Reasons.WithinLimits, trial.Verdict().Reason);
    }

    private static EndedRun Silent(Arm arm, string store) =>
        new(new Coin(arm, 0.5), [store], RunClose.Well, [], HasReport: false);
}
