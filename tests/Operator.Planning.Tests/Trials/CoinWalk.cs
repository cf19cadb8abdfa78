using System.Globalization;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>
/// Lets the real planner play a small world with all coins that may fall: before each due time the world is copied for each way in which the
/// coins of its groups can fall, and the copy gets a salt by which they fall so. How runs end may depend on all coins of earlier due times.
/// </summary>
internal sealed class CoinWalk
{
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What happens before a due time. <c>past</c> is another number for each way in which the coins fell before.</summary>
    public required Action<World, int, int> Before { get; init; }
    public required int DueTimes { get; init; }

    /// <summary>The calls that still succeed before the process dies, in each second; null: it lives.</summary>
    public Func<DateTimeOffset, int?> Dies { get; init; } = _ => null;

    public int Leaves { get; private set; }
    public double Largest { get; private set; }
    public int MostGroups { get; private set; }
    public int MostStores { get; private set; }

    /// <summary>The mean of the evidence over all coins, each way weighted by its chance.</summary>
    public double Mean(World world) => Mean(world, at: 0, past: 1);

    private double Mean(World world, int at, int past)
    {
        if (at == DueTimes)
        {
            Leaves++;
            var evidence =
                Rollouts.Trials.MeanEvidence(world.Record, world.Attempt!) ?? throw new InvalidOperationException();
            Largest = Math.Max(Largest, evidence);
            return evidence;
        }
        Before(world, at, past);
        var groups = Flips(world, salt: null).Coins;
        MostGroups = Math.Max(MostGroups, groups.Count);
        MostStores = Math.Max(MostStores, groups.Select(g => g.Stores.Length).DefaultIfEmpty().Max());
        Assert.InRange(groups.Count, 0, 6);
        var (mean, chance) = (0.0, 0.0);
        for (var way = 0; way < 1 << groups.Count; way++)
        {
            var arms = groups.Select((_, i) => (way >> i & 1) == 1 ? Arm.Candidate : Arm.Stable).ToList();
            var (next, coins) = Flips(world, SaltFor(groups, arms));
            // Groups are formed before the coins.
            Assert.Equal(groups.Select(g => g.Words), coins.Select(c => c.Words));
            Assert.Equal(arms, coins.Select(c => c.Arm));
            var weight = groups
                .Zip(arms, (g, arm) => arm == Arm.Candidate ? g.Share : 1 - g.Share)
                .Aggregate(1.0, (a, b) => a * b);
            chance += weight;
            mean += weight * Mean(next, at + 1, (past << groups.Count) | way);
        }
        Assert.InRange(chance, 1 - 1e-12, 1 + 1e-12);
        return mean;
    }

    private sealed record Flip(string Flow, string Occasion, string[] Stores, Arm Arm, double Share)
    {
        public string Words => $"{Flow}/{Occasion}/{string.Join(',', Stores)}/{Share}";
    }

    /// <summary>A copy of the world after the due time, and the coins that were flipped in it.</summary>
    private (World Next, List<Flip> Coins) Flips(World world, string? salt)
    {
        var next = world.Fork();
        if (salt is not null)
        {
            next.GiveSalt(salt);
        }
        var before = next.Coins().Select(c => (c.Flow, c.Occasion.Id, c.Entry.Index)).ToHashSet();
        for (var end = next.Now + Period; next.Now < end; next.Now = NextLook(next, end))
        {
            if (Dies(next.Now) is { } calls)
            {
                next.Step(calls);
            }
            next.Step();
        }
        var coins =
            from c in next.Coins()
            where !before.Contains((c.Flow, c.Occasion.Id, c.Entry.Index))
            orderby c.Flow, c.Occasion.Id, c.Entry.Stores[0]
            select new Flip(
                c.Flow,
                c.Occasion.Id,
                [.. c.Entry.Stores],
                c.Entry.Arm,
                (double)c.Entry.Coin!.CandidateShare
            );
        return (next, [.. coins]);
    }

    /// <summary>Each second while pods live or are refused, else when the plan wants to be looked at.</summary>
    private static DateTimeOffset NextLook(World world, DateTimeOffset end) =>
        world.HasLivePods || !world.Refusals.IsEmpty ? world.Now.AddSeconds(1)
        : world.Last.WakeAt is { } at && at < end ? at
        : end;

    private static string SaltFor(List<Flip> groups, List<Arm> arms)
    {
        for (var i = 0; ; i++)
        {
            var salt = i.ToString("x16", CultureInfo.InvariantCulture);
            if (
                groups
                    .Zip(arms)
                    .All(g =>
                        Coin.Flip(salt, g.First.Flow, g.First.Occasion, g.First.Stores[0], g.First.Share).Arm
                        == g.Second
                    )
            )
            {
                return salt;
            }
        }
    }
}
