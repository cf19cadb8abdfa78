using System.Globalization;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>Groups are formed before the coins, and without a look at them.</summary>
public sealed class GroupTests
{
    private const int Salts = 6;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("100%", 10, 10)]
    [InlineData("25%", 10, 10)]
    [InlineData("50%", 4, 3)]
    [InlineData("3", 25, 2)]
    public void Another_salt_plans_the_same_groups(string share, int storesARun, int places)
    {
        var world = A.TrialWorld(
            40,
            s =>
                s with
                {
                    Steps = A.Steps(share, "100%"),
                    Evidence = new EvidenceMinima { MinRuns = 1000 },
                },
            A.Flow() with
            {
                MaxStoresPerRun = storesARun,
                MaxConcurrentRuns = places,
                Retries = 1,
            }
        );
        world.Try();
        world.ToSlot();

        var plays = Enumerable.Range(1, Salts).Select(salt => Groups(world, salt, dueTimes: 4)).ToList();

        Assert.All(plays, p => Assert.Equal(plays[0].Groups, p.Groups));
        Assert.True(plays.Select(p => p.Arms).Distinct(StringComparer.Ordinal).Count() > 1, "the salts flip alike");
    }

    /// <summary>Which runs crash depends on earlier coins, so only one due time is compared.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Crashes_of_either_revision_make_groups_small_before_the_coin(bool isOfCandidate)
    {
        var world = A.TrialWorld(
            40,
            s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } },
            A.Flow() with
            {
                MaxConcurrentRuns = 10,
            }
        );
        world.Try();
        world.Versions[isOfCandidate ? A.Better : A.Good] = new Behaviour { CrashesAt = "store-0007" };
        world.Until(w => w.Record.Plan("orders").Isolated.Any(i => i.Store == "store-0007"));
        world.Both(new Behaviour());
        world.ToSlot();

        var plays = Enumerable.Range(1, Salts).Select(salt => Groups(world, salt, dueTimes: 1)).ToList();

        Assert.All(plays, p => Assert.Equal(plays[0].Groups, p.Groups));
        Assert.Contains(plays[0].Groups, g => g.Contains("isolated", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "100%", 1)]
    [InlineData(5, "100%", 5)]
    [InlineData(8, "100%", 8)]
    [InlineData(15, "100%", 8)]
    [InlineData(40, "25%", 8)]
    [InlineData(40, "10%", 4)]
    [InlineData(200, "50%", 8)]
    public void A_due_time_has_eight_coins_or_one_for_each_store(int stores, string share, int coins)
    {
        var world = A.TrialWorld(
            stores,
            s =>
                s with
                {
                    Steps = A.Steps(share, "100%"),
                    Evidence = new EvidenceMinima { MinRuns = 1000 },
                },
            A.Flow() with
            {
                MaxStoresPerRun = 25,
                MaxConcurrentRuns = 40,
            }
        );
        world.Try();
        world.ToSlot();
        world.Run(Period);

        var groups = world.Coins().Where(c => c.Occasion.Slot > world.Now - Period - Period).ToList();
        var newest = groups.GroupBy(g => g.Occasion.Id).Last();
        Assert.True(newest.Count() >= coins, $"{newest.Count()} groups");
        Assert.True(newest.Count() <= 2 * coins, $"{newest.Count()} groups");
    }

    [Fact]
    public void Chunks_of_stores_outside_are_not_touched()
    {
        var world = A.TrialWorld(
            40,
            s =>
                s with
                {
                    Steps = A.Steps("5%", "100%"),
                    Evidence = new EvidenceMinima { MinRuns = 1000 },
                }
        );
        world.Try();
        world.ToSlot();
        world.Run(Period);

        var cohort = world.Attempt!.Order.Take(2).ToList();
        var occasion = world.Record.Plan("orders").Occasions[^1];
        var whole = world.Record.ChunksOf("orders").Chunks.Where(c => !c.Stores.Intersect(cohort).Any()).ToList();
        Assert.NotEmpty(whole);
        Assert.All(whole, c => Assert.Contains(occasion.Entries, e => e.Stores.SequenceEqual(c.Stores)));
    }

    /// <summary>Three places hold the runs of all stores at once, also while a candidate is on trial.</summary>
    [Theory]
    [InlineData("10%", 0)]
    [InlineData("50%", 0)]
    [InlineData("100%", 0)]
    [InlineData("30%", 8)]
    [InlineData("50%", 8)]
    [InlineData("70%", 8)]
    [InlineData("90%", 8)]
    public void Coins_cost_no_store_a_sync(string share, int spread)
    {
        var world = A.TrialWorld(
            50,
            s =>
                s with
                {
                    Steps = A.Steps(share, "100%"),
                    Evidence = new EvidenceMinima { MinRuns = 1000 },
                },
            A.Flow() with
            {
                Schedule = "@every 30s",
                MaxStoresPerRun = 25,
                MaxConcurrentRuns = 4,
                StartingDeadline = new Duration("15s"),
                Spread = new Duration($"{spread}s"),
            }
        );
        world.Both(new Behaviour { Duration = TimeSpan.FromSeconds(20) });
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(2));
        Assert.NotEmpty(world.Coins());
        var missed = world.Record.Plan("orders").MissedStoreSyncs;

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(missed, world.Record.Plan("orders").MissedStoreSyncs);
    }

    private static (List<string> Groups, string Arms) Groups(World world, int salt, int dueTimes)
    {
        var fork = world.Fork();
        fork.GiveSalt(salt.ToString("x16", CultureInfo.InvariantCulture));
        var (groups, arms) = (
            new SortedSet<string>(StringComparer.Ordinal),
            new SortedSet<string>(StringComparer.Ordinal)
        );
        fork.Watch(
            Period * dueTimes,
            w =>
            {
                foreach (var occasion in w.Record.Plan("orders").Occasions.Where(o => o.Slot >= world.Now))
                {
                    foreach (var entry in First(occasion))
                    {
                        var words =
                            $"{occasion.Id} {string.Join(',', entry.Stores)} {(entry.IsIsolated ? "isolated" : "")} {(entry.Coin is null ? "" : "coin")}";
                        groups.Add(words);
                        arms.Add($"{words} {entry.Arm}");
                    }
                }
            }
        );
        return ([.. groups], string.Join('\n', arms));
    }

    private static IEnumerable<Entry> First(Occasion occasion) => Rollouts.FirstRuns.Entries(occasion);
}
