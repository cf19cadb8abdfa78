using System.Collections.Immutable;
using CsCheck;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>Whatever the runs do, the judge says the same of the same runs.</summary>
public sealed class JudgeProperties
{
    private const int Occasions = 30;
    private static readonly JudgePolicy Policy = new();

    /// <summary>A seed, a number of stores, and whether the flow has coins.</summary>
    private static readonly Gen<(int Seed, int Stores, bool HasCoins)> Trials = Gen.Select(
        Gen.Int[0, 1_000_000],
        Gen.Int[1, 12],
        Gen.Int[0, 3].Select(i => i > 0)
    );

    [Fact]
    public void A_replay_gives_the_same() =>
        Trials.Sample(t => Assert.Equal(Bytes(Play(t, o => o)), Bytes(Play(t, o => o))), iter: 200);

    [Fact]
    public void The_order_in_which_runs_are_told_does_not_matter() =>
        Trials.Sample(t => Assert.Equal(Bytes(Play(t, o => o)), Bytes(Play(t, o => Shuffled(o, t.Seed)))), iter: 200);

    [Fact]
    public void After_a_crash_at_any_point_the_judge_goes_on_as_if_there_was_none() =>
        Trials.Sample(
            t =>
            {
                var order = RandomTrials.Stores(t.Stores);
                var (whole, crashed) = (Begin(t), Begin(t));
                foreach (var occasion in RandomTrials.History(t.Seed, t.Stores, Occasions))
                {
                    whole = Settle(whole, occasion);
                    crashed = Settle(TrialForm.Read(TrialForm.Write(crashed, order), order), occasion);

                    Assert.Equal(Bytes(whole), Bytes(crashed));
                    Assert.Equal(Verdict(whole, t.Stores), Verdict(crashed, t.Stores));
                }
            },
            iter: 100
        );

    [Fact]
    public void The_order_of_the_attempt_may_change_and_stores_may_leave_it() =>
        Trials.Sample(
            t =>
            {
                var trial = Play(t, o => o);
                var order = RandomTrials.Stores(t.Stores);
                ImmutableArray<string> other = [.. order.Reverse().Skip(1), "joined"];

                var read = TrialForm.Read(TrialForm.Write(trial, other), other);

                Assert.Equal(Bytes(trial), Bytes(read));
            },
            iter: 100
        );

    [Fact]
    public void What_the_bettors_own_is_a_number() =>
        Trials.Sample(
            t =>
            {
                var trial = Play(t, o => o);

                Assert.True(double.IsFinite(Judge.EvidenceOf(trial)) && Judge.EvidenceOf(trial) >= 0);
                Assert.True(double.IsFinite(Evidence.Charitable(trial)) && Evidence.Charitable(trial) >= 0);
                Assert.All(trial.Past, e => Assert.True(float.IsFinite(e) && e >= 0));
                Assert.NotEmpty(Verdict(trial, t.Stores).Verdict.Message);
            },
            iter: 200
        );

    [Fact]
    public void A_group_without_a_coin_is_in_no_sum() =>
        Trials.Sample(
            t =>
            {
                var forced = new EndedRun(
                    Coin.Forced(Arm.Candidate),
                    ["pinned"],
                    RunClose.Well,
                    [new ItemCounts(50, 50)],
                    HasReport: false
                );
                var with = Play(t with { HasCoins = true }, o => o with { Runs = o.Runs.Add(forced) });

                Assert.Equal(Bytes(Play(t with { HasCoins = true }, o => o)), Bytes(with));
            },
            iter: 100
        );

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.1)]
    public void Coins_of_neighbours_fall_apart_from_each_other(double share)
    {
        var coins = Enumerable
            .Range(0, 20_000)
            .Select(i =>
                Coin.Flip("9cfbac6e7687a66e", "orders", $"s{1790000000 + (i / 8 * 300)}", $"store-{i % 8:000}", share)
            )
            .Select(c => c.Arm == Arm.Candidate)
            .ToList();

        // Five standard deviations, for each and for pairs of neighbours in stores and in occasions.
        var (each, pair) = (Deviations(share, coins.Count), Deviations(share * share, coins.Count));
        Assert.InRange(coins.Count(c => c) / (double)coins.Count, share - each, share + each);
        foreach (var apart in (int[])[1, 8])
        {
            var both = coins.Zip(coins.Skip(apart)).Count(p => p.First && p.Second) / (double)(coins.Count - apart);
            // Pairs overlap, so they vary more than pairs that do not.
            Assert.InRange(both, (share * share) - (2 * pair), (share * share) + (2 * pair));
        }

        static double Deviations(double rate, int count) => 5 * Math.Sqrt(rate * (1 - rate) / count);
    }

    private static FlowTrial Begin((int Seed, int Stores, bool HasCoins) t) =>
        Judge.Begin(Math.Max(1, t.Stores - 2), new Reporting(t.Seed % 2 == 0, Candidate: false), t.HasCoins);

    private static FlowTrial Play(
        (int Seed, int Stores, bool HasCoins) t,
        Func<SettledOccasion, SettledOccasion> changed
    ) => RandomTrials.History(t.Seed, t.Stores, Occasions).Select(changed).Aggregate(Begin(t), Settle);

    private static FlowTrial Settle(FlowTrial before, SettledOccasion occasion)
    {
        var trial = occasion.Stage > before.Stage ? Judge.BeginStep(before, occasion.Stage) : before;
        return Judge.Settle(trial, occasion, Policy);
    }

    private static SettledOccasion Shuffled(SettledOccasion occasion, int seed)
    {
        var runs = occasion.Runs.ToArray();
        new Random(seed).Shuffle(runs);
        return occasion with { Runs = [.. runs] };
    }

    private static RolloutVerdict Verdict(FlowTrial trial, int cohort) =>
        Judge.Decide([new FlowCase("orders", trial, Policy)], cohort);

    /// <summary>All of the trial, in a form that can be compared.</summary>
    private static string Bytes(FlowTrial trial)
    {
        var bytes = TrialForm.Write(trial, RandomTrials.Stores(count: 12));
        return string.Join(' ', bytes.Shards.Prepend(bytes.Flow).Select(b => Convert.ToBase64String(b.Span)));
    }
}
