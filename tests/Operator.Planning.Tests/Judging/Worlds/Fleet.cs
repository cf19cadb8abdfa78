using System.Collections.Immutable;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging.Worlds;

/// <summary>The stores of a world as time goes by. It has randomness of its own, apart from the coins.</summary>
internal sealed class Fleet
{
    private const int Regions = 4;
    private const int RegionDegradesFor = 15;
    private readonly World _world;
    private readonly Harm _harm;
    private readonly Random _random;
    private readonly double[] _rates;
    private readonly double[] _sizes;
    private readonly bool[] _breaks;
    private readonly int[] _illUntil;
    private readonly long[] _comesAgain;
    private readonly int[] _degradedUntil = new int[Regions];

    public Fleet(World world, Harm harm, int stores, int seed)
    {
        (_world, _harm, _random) = (world, harm, new Random(seed));
        Names = [.. Enumerable.Range(0, stores).Select(i => FormattableString.Invariant($"store-{i:0000}"))];
        _rates = [.. Names.Select(_ => world.FailureRate * Math.Pow(5, (2 * _random.NextDouble()) - 1))];
        _sizes =
        [
            .. Names.Select(_ =>
                world.HasGiants ? Math.Min(40, 0.3 / _random.NextDouble()) : 0.5 + _random.NextDouble()
            ),
        ];
        _breaks = [.. Names.Select(_ => _random.NextDouble() < harm.BreaksStores)];
        if (harm.BreaksStores > 0)
        {
            _breaks[_random.Next(stores)] = true;
        }
        (_illUntil, _comesAgain) = (new int[stores], new long[stores]);
    }

    public ImmutableArray<string> Names { get; }

    /// <summary>Stores fall ill and recover, regions degrade, whoever runs.</summary>
    public void Live(int at)
    {
        for (var i = 0; i < _illUntil.Length; i++)
        {
            _illUntil[i] = _illUntil[i] <= at && Chance(_world.FallsIll) ? at + _world.IllFor : _illUntil[i];
        }
        for (var i = 0; i < Regions; i++)
        {
            _degradedUntil[i] =
                _degradedUntil[i] <= at && Chance(_world.RegionDegrades) ? at + RegionDegradesFor : _degradedUntil[i];
        }
    }

    /// <summary>Groups of the cohort's stores that are there, before any coin.</summary>
    public List<int[]> Groups(int cohort, int most)
    {
        var here = Enumerable.Range(0, cohort).Where(_ => !Chance(_world.Away)).ToArray();
        if (_world.GroupsChange)
        {
            _random.Shuffle(here);
        }
        var groups = Math.Min(most, here.Length);
        return [.. Enumerable.Range(0, groups).Select(g => here.Where((_, i) => i % groups == g).Order().ToArray())];
    }

    public EndedRun Run(int[] group, Coin coin, int at, bool isHarmful)
    {
        var isHarmed = isHarmful && coin.Arm == Arm.Candidate;
        ImmutableArray<string> names = [.. group.Select(i => Names[i])];
        if (Chance(_world.Lost) || (coin.Arm == Arm.Candidate && Chance(_world.CandidateLost)))
        {
            return new EndedRun(coin, names, RunClose.Lost, [], HasReport: false);
        }
        var crashes = Chance(isHarmed ? Math.Max(_harm.Crashes, _world.Crashes) : _world.Crashes);
        var reached = crashes ? _random.Next(group.Length) : group.Length;
        var isBurst = Chance(_world.Bursts);
        ItemCounts?[] items =
        [
            .. group.Select((store, i) => i < reached ? ItemsOf(store, at, isHarmed, isBurst) : (ItemCounts?)null),
        ];
        return new EndedRun(coin, names, crashes ? RunClose.Badly : RunClose.Well, [.. items], HasReport: true);
    }

    private ItemCounts ItemsOf(int store, int at, bool isHarmed, bool isBurst)
    {
        var mean =
            _world.Items * _sizes[store] * _world.Traffic(at) * (isBurst ? 10 : 1) * (isHarmed ? _harm.Volume : 1);
        var fresh = Poisson(mean);
        var old = isHarmed && _harm.Volume == 0 ? 0 : _comesAgain[store];
        var failed = Binomial(fresh, RateOf(store, at, isHarmed, isBurst));
        // What failed before fails again more often than not.
        var failedAgain = Binomial(old, Math.Max(0.6, RateOf(store, at, isHarmed, isBurst)));
        _comesAgain[store] = Math.Min(
            1000,
            Binomial(failed + failedAgain, _world.ComesAgain) + _comesAgain[store] - old
        );
        return new ItemCounts(fresh + old, failed + failedAgain);
    }

    private double RateOf(int store, int at, bool isHarmed, bool isBurst)
    {
        if (_world.IsOutage(at) || (isHarmed && _breaks[store]))
        {
            return 1;
        }
        var rate = _rates[store] * _world.Season(at);
        rate = isBurst ? Math.Max(rate, 0.33) : rate;
        rate = _degradedUntil[store % Regions] > at ? Math.Max(rate, 0.2) : rate;
        rate = _illUntil[store] > at ? Math.Max(rate, 0.7) : rate;
        return Math.Min(1, isHarmed ? Math.Max(_harm.AtLeast, rate * _harm.Factor) : rate);
    }

    private bool Chance(double share) => share > 0 && _random.NextDouble() < share;

    /// <summary>By the distances between the times of a Poisson process; large means are split.</summary>
    private long Poisson(double mean)
    {
        var count = 0L;
        for (var time = Distance(); time < mean; time += Distance())
        {
            count++;
        }
        return count;

        double Distance() => -Math.Log(1 - _random.NextDouble());
    }

    /// <summary>Jumps from one success to the next.</summary>
    private long Binomial(long count, double share)
    {
        if (share <= 0 || count == 0)
        {
            return 0;
        }
        if (share > 0.5)
        {
            return count - Binomial(count, 1 - share);
        }
        var (found, log) = (0L, Math.Log(1 - share));
        for (var at = Jump(); at <= count; at += Jump())
        {
            found++;
        }
        return found;

        double Jump() => Math.Floor(Math.Log(1 - _random.NextDouble()) / log) + 1;
    }
}
