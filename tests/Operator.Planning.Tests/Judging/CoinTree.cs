using System.Collections.Immutable;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>Which runs of a small history are lost.</summary>
public enum Losses
{
    None,
    OnBothArms,
    OnCandidate,
    OnStable,
}

/// <summary>
/// A small random history, played with all coins that may fall. How a run ends depends on the store, the occasion, and where
/// <see cref="HasMemory"/> is set on all coins of earlier occasions, but not on a coin of its own occasion: the versions are alike.
/// </summary>
internal sealed class CoinTree
{
    private const int Coins = 10;
    private readonly int _seed;
    private readonly List<Shape> _shapes = [];
    private readonly Reporting _reporting;

    public CoinTree(int seed, Losses losses, bool hasMemory)
    {
        (_seed, Losses, HasMemory) = (seed, losses, hasMemory);
        _reporting = new Reporting(Stable: seed % 3 > 0, Candidate: false);
        var random = new Random(seed);
        var left = Coins;
        while (left > 0)
        {
            var stores = new[] { "a", "b", "c", "d" };
            random.Shuffle(stores);
            var count = Math.Min(left, random.Next(1, 4));
            var groups = Enumerable
                .Range(0, count)
                .Select(i => stores.Where((_, at) => at % count == i).ToImmutableArray())
                .ToList();
            var isLate = _shapes.Count > 1 && random.Next(4) == 0;
            _shapes.Add(new Shape(groups, random.GetItems([0.5, 0.5, 0.8, 0.3], 1)[0], random.Next(5) == 0, isLate));
            left -= count;
        }
    }

    public Losses Losses { get; }
    public bool HasMemory { get; }

    /// <summary>A value of the trial, averaged over all coins.</summary>
    public double Mean(Func<FlowTrial, double> value) =>
        Mean(value, Judge.Begin(activeStores: 3, _reporting), at: 0, past: 1);

    private double Mean(Func<FlowTrial, double> value, FlowTrial before, int at, int past)
    {
        if (at == _shapes.Count)
        {
            return value(before);
        }
        var shape = _shapes[at];
        var start = shape.BeginsStep ? Judge.BeginStep(before, before.Stage + 1) : before;
        var mean = 0.0;
        for (var coins = 0; coins < 1 << shape.Groups.Count; coins++)
        {
            var weight = 1.0;
            var runs = new List<EndedRun>();
            for (var i = 0; i < shape.Groups.Count; i++)
            {
                var arm = (coins >> i & 1) == 1 ? Arm.Candidate : Arm.Stable;
                weight *= arm == Arm.Candidate ? shape.Share : 1 - shape.Share;
                runs.Add(RunOf(shape.Groups[i], new Coin(arm, shape.Share), HashCode(at, i, HasMemory ? past : 0)));
            }
            var occasion = new SettledOccasion
            {
                Stage = shape.IsLate ? start.Stage - 1 : start.Stage,
                Runs = [.. runs],
                Outside = OutsideOf(at),
                RanWithoutCoin = at % 3 == 2 ? ["b"] : [],
            };
            var after = Judge.Settle(start, occasion, new JudgePolicy());
            mean += weight * Mean(value, after, at + 1, (past << shape.Groups.Count) | coins);
        }
        return mean;
    }

    private EndedRun RunOf(ImmutableArray<string> stores, Coin coin, int seed)
    {
        var random = new Random(seed);
        var isDoomed = random.NextDouble() < 0.3;
        var endsBadly = random.NextDouble() < 0.15;
        var hasReport = random.NextDouble() < 0.9;
        var items = stores.Select(_ => ItemsOf(random, endsBadly)).ToImmutableArray();
        var isLost =
            isDoomed
            && Losses switch
            {
                Losses.None => false,
                Losses.OnBothArms => true,
                Losses.OnCandidate => coin.Arm == Arm.Candidate,
                Losses.OnStable => coin.Arm == Arm.Stable,
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        var close =
            isLost ? RunClose.Lost
            : endsBadly ? RunClose.Badly
            : RunClose.Well;
        return new EndedRun(coin, stores, close, isLost ? [] : items, hasReport);
    }

    private static ItemCounts? ItemsOf(Random random, bool endsBadly)
    {
        if (endsBadly && random.NextDouble() < 0.5)
        {
            return null;
        }
        var attempted = random.GetItems([0, 1, 5, 20, 80], 1)[0];
        return new ItemCounts(attempted, random.NextDouble() < 0.4 ? random.Next(attempted + 1) : 0);
    }

    private ImmutableArray<EndedRun> OutsideOf(int at)
    {
        var random = new Random(HashCode(at, 99, 0));
        return
        [
            .. Enumerable
                .Range(0, random.GetItems([0, 3], 1)[0])
                .Select(_ => new EndedRun(
                    Coin.Forced(Arm.Stable),
                    ["outside"],
                    random.NextDouble() < 0.3 ? RunClose.Badly : RunClose.Well,
                    [new ItemCounts(random.GetItems([0, 50], 1)[0], 0)],
                    HasReport: true
                )),
        ];
    }

    private int HashCode(int at, int run, int past) => unchecked((((_seed * 31) + at) * 31 + run) * 8191 + past);

    private sealed record Shape(List<ImmutableArray<string>> Groups, double Share, bool BeginsStep, bool IsLate);
}
