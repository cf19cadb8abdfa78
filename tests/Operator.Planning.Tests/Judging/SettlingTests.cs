using System.Collections.Immutable;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>What the stories of the reference do not show: coins of earlier steps, runs without coins, coins of runs before.</summary>
public sealed class SettlingTests
{
    private static readonly FlowTrial Begun = Judge.Begin(4, new Reporting(true, true));

    [Fact]
    public void An_occasion_of_an_earlier_step_is_bet_on_and_is_in_no_sum_of_the_step()
    {
        var trial = Judge.BeginStep(Begun, stage: 2);
        var late = new SettledOccasion
        {
            Stage = 1,
            Runs = [TrialOf.Run(Arm.Candidate, "a", 20, 20), TrialOf.Run(Arm.Stable, "b", 20, 0)],
        };

        var settled = Judge.Settle(trial, late, TrialOf.Policy);

        Assert.Equal((StepSums.None, StepSums.None, 0), (settled.Candidate, settled.Stable, settled.Rounds));
        Assert.Equal(QuestionSet.New, settled.OwnBets);
        Assert.True(Judge.EvidenceOf(settled) > 1);
        Assert.Equal(1, settled.Stores["a"].Candidate.Runs);
    }

    /// <summary>A cohort of few runs often has an occasion with one run on stable, or none: it tells no end of an outage.</summary>
    [Fact]
    public void An_occasion_with_less_than_two_runs_on_stable_ends_no_outage()
    {
        var outage = Then(Begun, TrialOf.Run(Arm.Stable, "a", 20, 20), TrialOf.Run(Arm.Stable, "b", 20, 20));
        Assert.Equal(Trouble.Outage, outage.Trouble);

        Assert.Equal(Trouble.Outage, Then(outage, TrialOf.Run(Arm.Stable, "a", 20, 20)).Trouble);
        Assert.Equal(Trouble.Outage, Then(outage, TrialOf.Run(Arm.Candidate, "a", 20, 20)).Trouble);

        Assert.Equal(Trouble.None, Then(outage, TrialOf.Run(Arm.Candidate, "a", 20, 0)).Trouble);
        var well = Then(outage, TrialOf.Run(Arm.Stable, "a", 20, 0), TrialOf.Run(Arm.Stable, "b", 20, 0));
        Assert.Equal(Trouble.None, well.Trouble);
    }

    /// <summary>There each occasion has one arm, and no store outside tells anything.</summary>
    [Fact]
    public void An_outage_of_the_only_store_is_told_by_its_last_runs_on_stable()
    {
        var trial = Then(Judge.Begin(1, new Reporting(true, true)), TrialOf.Run(Arm.Stable, "a", 20, 20));
        Assert.Equal(Trouble.None, trial.Trouble);

        trial = Then(trial, TrialOf.Run(Arm.Stable, "a", 20, 20));

        Assert.Equal(Trouble.Outage, trial.Trouble);
        Assert.Equal(Trouble.Outage, Then(trial, TrialOf.Run(Arm.Candidate, "a", 20, 20)).Trouble);
        Assert.Equal(Trouble.None, Then(trial, TrialOf.Run(Arm.Candidate, "a", 20, 0)).Trouble);
    }

    private static FlowTrial Then(FlowTrial trial, params ImmutableArray<EndedRun> runs) =>
        Judge.Settle(trial, new SettledOccasion { Runs = runs }, TrialOf.Policy with { LooksBack = true });

    [Fact]
    public void A_step_begins_with_nothing_but_the_evidence()
    {
        var trial = Begun.Then(TrialOf.Run(Arm.Candidate, "a", 20, 20), TrialOf.Run(Arm.Stable, "b", 20, 0));

        var next = Judge.BeginStep(trial, stage: 2);

        Assert.Equal((StepSums.None, StepSums.None, 0), (next.Candidate, next.Stable, next.Rounds));
        Assert.Equal(Judge.EvidenceOf(trial), Judge.EvidenceOf(next));
    }

    [Fact]
    public void The_coin_of_the_run_before_is_bet_on_once()
    {
        var group = TrialOf.Run(Arm.Candidate, "a", 20, 0) with
        {
            Stores = ["a", "b"],
            Items = [new ItemCounts(20, 0), new ItemCounts(20, 0)],
        };

        var trial = Begun.Then(group).Then(TrialOf.Run(Arm.Stable, "a", 20, 20), TrialOf.Run(Arm.Stable, "b", 20, 20));

        Assert.Equal((1, 1), (trial.SpoilsNextRun.Asked, trial.SpoilsNextRun.Yes));
    }

    [Fact]
    public void A_run_without_a_coin_in_between_leaves_nothing_to_bet_on()
    {
        var trial = Begun.Then(TrialOf.Run(Arm.Candidate, "a", 20, 0));
        var next = new SettledOccasion { Runs = [TrialOf.Run(Arm.Stable, "a", 20, 20)], RanWithoutCoin = ["a"] };

        Assert.Equal(0, Judge.Settle(trial, next, TrialOf.Policy).SpoilsNextRun.Asked);
        Assert.Equal(1, Judge.Settle(trial, next with { RanWithoutCoin = [] }, TrialOf.Policy).SpoilsNextRun.Asked);
    }

    [Fact]
    public void A_forced_run_leaves_nothing_to_bet_on_either()
    {
        var forced = TrialOf.Run(Arm.Candidate, "a", 20, 0) with { Coin = Coin.Forced(Arm.Candidate) };

        var trial = Begun.Then(TrialOf.Run(Arm.Candidate, "a", 20, 0)).Then(forced);

        Assert.Equal(0, trial.Then(TrialOf.Run(Arm.Stable, "a", 20, 20)).SpoilsNextRun.Asked);
    }

    [Fact]
    public void An_occasion_of_lost_runs_is_no_round()
    {
        var lost = TrialOf.Run(Arm.Candidate, "a", 0, 0) with { Close = RunClose.Lost };

        var trial = Begun.Then(lost);

        Assert.Equal((0, 0), (trial.Rounds, trial.Candidate.Runs));
        Assert.Empty(trial.Stores);
    }

    [Fact]
    public void Stores_that_come_late_get_no_question_of_their_own()
    {
        ImmutableArray<EndedRun> runs = [.. "fedcba".Select(s => TrialOf.Run(Arm.Stable, $"{s}", 20, 0))];

        var trial = Begun.Then(runs);

        Assert.Equal(["a", "b", "c", "d"], trial.Stores.Where(s => s.Value.Breaks is not null).Select(s => s.Key));
    }

    [Fact]
    public void Past_evidence_is_kept_for_two_hundred_occasions()
    {
        var trial = Begun.Times(205, t => t.Then(TrialOf.Run(Arm.Stable, "a", 20, 0)));

        Assert.Equal(200, trial.Past.Length);
        Assert.Equal((float)Judge.EvidenceOf(trial), trial.Past[^1]);
    }
}
