using System.Collections.Immutable;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>Histories in which anything goes: groups change, stores come and go, runs crash, are lost, are empty, have no report.</summary>
internal static class RandomTrials
{
    public static ImmutableArray<string> Stores(int count) =>
        [.. Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"store-{i:000}"))];

    public static List<SettledOccasion> History(int seed, int stores, int occasions)
    {
        var random = new Random(seed);
        var names = Stores(stores);
        var worse = random.GetItems([1.0, 1.0, 3.0, 10.0], 1)[0];
        return [.. Enumerable.Range(0, occasions).Select(at => Occasion(random, names, worse, stage: 1 + (at / 10)))];
    }

    private static SettledOccasion Occasion(Random random, ImmutableArray<string> names, double worse, int stage)
    {
        var here = names.Where(_ => random.NextDouble() < 0.85).ToArray();
        random.Shuffle(here);
        var groups = Math.Min(here.Length, random.GetItems([1, 2, 3, 5], 1)[0]);
        return new SettledOccasion
        {
            Stage = random.Next(10) == 0 ? Math.Max(1, stage - 1) : stage,
            Runs =
            [
                .. Enumerable
                    .Range(0, groups)
                    .Select(g => Run(random, [.. here.Where((_, i) => i % groups == g)], worse)),
            ],
            Outside = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Outside(random))],
            RanWithoutCoin = [.. names.Where(_ => random.NextDouble() < 0.1)],
        };
    }

    private static EndedRun Run(Random random, ImmutableArray<string> stores, double worse)
    {
        var share = random.GetItems([0.5, 0.5, 0.5, 0.8, 1], 1)[0];
        var coin = new Coin(random.NextDouble() < share ? Arm.Candidate : Arm.Stable, share);
        var rate = 0.02 * (coin.Arm == Arm.Candidate ? worse : 1);
        var close = random.GetItems([RunClose.Well, RunClose.Well, RunClose.Well, RunClose.Badly, RunClose.Lost], 1)[0];
        ItemCounts?[] items = [.. stores.Select(_ => random.Next(8) == 0 ? (ItemCounts?)null : Items(random, rate))];
        return new EndedRun(
            coin,
            stores,
            close,
            close == RunClose.Lost ? [] : [.. items],
            HasReport: random.Next(6) > 0
        );
    }

    private static ItemCounts Items(Random random, double rate)
    {
        var attempted = random.GetItems([0, 1, 3, 20, 60], 1)[0];
        return new ItemCounts(attempted, Enumerable.Range(0, attempted).Count(_ => random.NextDouble() < rate));
    }

    private static EndedRun Outside(Random random) =>
        new(
            Coin.Forced(Arm.Stable),
            ["other"],
            random.Next(10) == 0 ? RunClose.Badly : RunClose.Well,
            [Items(random, rate: random.Next(8) == 0 ? 0.9 : 0.01)],
            HasReport: true
        );
}
