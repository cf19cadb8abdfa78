using Operator.Planning.Judging;

namespace Operator.Planning.Tests.Judging;

/// <summary>
/// What the judge rests on: where the versions are alike the evidence averages exactly 1 over all coins. That is an identity, so it is
/// enumerated and not simulated.
/// </summary>
public sealed class IdentityTests
{
    private const double Rounding = 1e-12;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Where_no_run_is_lost_the_evidence_averages_one(int seed)
    {
        var tree = new CoinTree(seed, Losses.None, hasMemory: seed % 2 == 0);

        Assert.InRange(tree.Mean(EvidenceBeforeSuspicion), 1 - Rounding, 1 + Rounding);
        Assert.InRange(tree.Mean(Evidence.Charitable), 1 - Rounding, 1 + Rounding);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Where_both_arms_lose_runs_alike_the_evidence_averages_at_most_one(int seed)
    {
        var tree = new CoinTree(seed, Losses.OnBothArms, hasMemory: seed % 2 == 0);

        Assert.InRange(tree.Mean(EvidenceBeforeSuspicion), 1 - Rounding, 1 + Rounding);
        Assert.InRange(tree.Mean(Judge.EvidenceOf), 0, 1 + Rounding);
        Assert.InRange(tree.Mean(Evidence.Charitable), 0, 1 + Rounding);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_one_arm_loses_the_charitable_evidence_averages_at_most_one(int seed)
    {
        var losses = seed % 2 == 0 ? Losses.OnCandidate : Losses.OnStable;
        var tree = new CoinTree(seed, losses, hasMemory: seed % 4 < 2);

        Assert.InRange(tree.Mean(Evidence.Charitable), 0, 1 + Rounding);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Watched_questions_average_at_most_one(int seed)
    {
        // A run's coin may not touch the next run, so there is no memory.
        var tree = new CoinTree(seed, Losses.OnBothArms, hasMemory: false);

        Assert.InRange(tree.Mean(t => t.SpoilsNextRun.Wealth), 0, 1 + Rounding);
        Assert.InRange(tree.Mean(Evidence.LosesRuns), 0, 1 + Rounding);
    }

    [Fact]
    public void The_enumeration_sees_a_bet_that_is_not_fair()
    {
        var tree = new CoinTree(seed: 0, Losses.OnCandidate, hasMemory: false);

        var mean = tree.Mean(t => t.LosesOnCandidate.Wealth);

        Assert.NotInRange(mean, 1 - 0.01, 1 + 0.01);
    }

    private static double EvidenceBeforeSuspicion(FlowTrial trial) => Evidence.PartsOf(trial).Sum;
}
