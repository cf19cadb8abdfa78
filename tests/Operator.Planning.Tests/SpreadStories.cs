using CsCheck;
using Operator.Api;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Tests;

public sealed class SpreadStories
{
    private static World SpreadWorld(string spread = "8s")
    {
        var world = new World();
        Change(world, f => f with { Spread = new Duration(spread), MaxStoresPerRun = 5, StartingDeadline = new("3s") });
        world.Run(TimeSpan.FromSeconds(20));
        world.Runs.Clear();
        return world;
    }

    private static void Change(World world, Func<Flow, Flow> change) =>
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [change(world.Connector.Spec.Flows[0])] },
        };

    private static DateTimeOffset SlotOf(World.Started run) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(run.Print.Occasion[1..], null));

    private static ILookup<string, TimeSpan> Offsets(World world) =>
        world
            .Runs.SelectMany(r => r.Print.Stores.Select(s => (Store: s, Offset: r.At - SlotOf(r))))
            .ToLookup(r => r.Store, r => r.Offset);

    [Fact]
    public void Runs_of_a_slot_are_spread_and_each_store_keeps_its_offset()
    {
        var world = SpreadWorld();

        world.Run(TimeSpan.FromMinutes(1));

        var offsets = Offsets(world);
        Assert.Equal(40, offsets.Count);
        Assert.All(offsets, s => Assert.Single(s.Distinct()));
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => TimeSpan.FromSeconds(i)),
            offsets.SelectMany(s => s).Distinct().Order()
        );
        ScheduleStories.AssertOncePerSlot(world);
    }

    [Fact]
    public void A_store_that_joins_moves_no_other_in_time()
    {
        var world = SpreadWorld();
        world.Run(TimeSpan.FromSeconds(20));
        var before = Offsets(world);
        world.Runs.Clear();

        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Stores = world.Connector.Spec.Stores.RemoveAt(3).Insert(0, new Store { Name = "a-newcomer" }),
            },
        };
        world.Run(TimeSpan.FromSeconds(20));

        Assert.All(
            Offsets(world).Where(s => s.Key != "a-newcomer"),
            s => Assert.Equal(before[s.Key].First(), s.Distinct().Single())
        );
    }

    [Fact]
    public void The_last_instant_to_start_counts_from_the_offset()
    {
        var world = SpreadWorld();

        world.Run(TimeSpan.FromSeconds(20));

        var occasion = world.Record.Plan("orders").Occasions.Last(o => o.IsClosed);
        Assert.Equal(occasion.Slot + TimeSpan.FromSeconds(11), occasion.StartBy);
        Assert.All(
            occasion.Entries,
            e =>
            {
                var offset = world.Runs.Last(r => r.Print.Index == e.Index && r.Print.Occasion == occasion.Id).At;
                Assert.Equal(offset + TimeSpan.FromSeconds(3), e.StartBy);
            }
        );
    }

    [Fact]
    public void A_spread_slot_costs_few_commits()
    {
        var world = SpreadWorld();
        var slot = world.Record.Plan("orders").Occasions.Length;

        var plannings = 0;
        for (var i = 0; i < 10; i++)
        {
            plannings += world.Step() is { MustCommit: true } plan && plan.Because.Contains("runs of") ? 1 : 0;
            world.Now += TimeSpan.FromSeconds(1);
        }

        Assert.InRange(plannings, 1, 4);
        Assert.NotEqual(0, slot);
    }

    [Fact]
    public void A_spread_longer_than_the_period_ends_with_it()
    {
        var world = SpreadWorld("1h");

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(40, Offsets(world).Count);
        Assert.All(Offsets(world).SelectMany(s => s), o => Assert.InRange(o.TotalSeconds, 0, 9));
    }

    [Fact]
    public void An_occasion_without_a_spread_is_understood()
    {
        const string plan = """
            {"plan":{"listedAt":"2026-11-24T12:00:00+00:00","lastSlot":"2026-11-24T12:00:10+00:00","occasions":[{"id":"s1",
            "slot":"2026-11-24T12:00:10+00:00","startBy":"2026-11-24T12:00:30+00:00","period":"00:00:10","entries":[{
            "stores":["0"],"revision":"r","startBy":"2026-11-24T12:00:30+00:00","deadline":"2026-11-24T12:01:08+00:00"}]}],
            "isolated":[{"store":"0","revision":"r","size":1,"clean":3}],"hasReported":true,"missedSlots":2,
            "missedStoreSyncs":80}}
            """;
        var parts = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
        {
            ["plan.orders"] = System.Text.Encoding.UTF8.GetBytes(plan),
            ["names"] = System.Text.Encoding.UTF8.GetBytes("""{"content":{"names":["a"]}}"""),
        };

        var orders = RecordParts.Decode("id", 1, default, parts).Plan("orders");

        Assert.Equal(TimeSpan.Zero, orders.Occasions[0].Spread);
        Assert.Null(orders.Occasions[0].Entries[0].NotBefore);
        Assert.Equal(("a", "a"), (orders.Occasions[0].Entries[0].Stores[0], orders.Isolated[0].Store));
        Assert.Equal((2L, 80L), (orders.MissedSlots, orders.MissedStoreSyncs));
    }

    private sealed record Load(int Stores, int MostStores, int MostRuns, int Seconds, int Spread, int Deadline);

    private static readonly Gen<Load> Loads = Gen.Select(
            Gen.Int[5, 40],
            Gen.Int[1, 10],
            Gen.Int[1, 4],
            Gen.Int[1, 8],
            Gen.Int[0, 8],
            Gen.Int[1, 15]
        )
        .Select(
            (stores, most, runs, seconds, spread, deadline) => new Load(stores, most, runs, seconds, spread, deadline)
        );

    [Fact]
    public void No_store_misses_two_slots_in_a_row_while_another_runs_in_both() =>
        Loads.Sample(
            load =>
            {
                var world = new World();
                world.Connector = A.Connector(world.Now, load.Stores);
                world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(load.Seconds) };
                Change(
                    world,
                    f =>
                        f with
                        {
                            MaxStoresPerRun = load.MostStores,
                            MaxConcurrentRuns = load.MostRuns,
                            Spread = new Duration($"{load.Spread}s"),
                            StartingDeadline = new Duration($"{load.Deadline}s"),
                        }
                );

                world.Run(TimeSpan.FromMinutes(2));

                var slots = world
                    .Runs.GroupBy(SlotOf)
                    .OrderBy(g => g.Key)
                    .Select(g => g.SelectMany(r => r.Print.Stores).ToHashSet())
                    .SkipLast(1)
                    .ToList();
                var all = world.Connector.Spec.Stores.Select(s => s.Name).ToList();
                foreach (var (one, next) in slots.Zip(slots.Skip(1)))
                {
                    var missed = all.Where(s => !one.Contains(s) && !next.Contains(s)).ToList();
                    Assert.True(
                        missed.Count == 0 || !one.Overlaps(next),
                        $"{missed.FirstOrDefault()} missed both: {load} {world.Story}"
                    );
                }
                ScheduleStories.AssertOncePerSlot(world);
            },
            iter: 60
        );
}
