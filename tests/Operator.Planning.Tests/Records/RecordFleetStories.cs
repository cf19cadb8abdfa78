using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Records;

/// <summary>What planned fleets leave in the record. A packed part has at most 512 KiB.</summary>
public sealed class RecordFleetStories
{
    private const int Largest = 128 * 1024;

    [Fact]
    public void No_part_outgrows_its_limit_with_long_names() =>
        AssertSmall(Fleet(new SellerNames(7).Uuids(10_000), historySlots: 3), occasions: 3);

    [Fact]
    public void No_part_outgrows_its_limit_with_a_long_history() =>
        AssertSmall(Fleet(new SellerNames(7).Random(1_000), historySlots: 10), occasions: 12);

    [Fact]
    public void No_part_outgrows_its_limit_when_every_run_crashes()
    {
        var world = Fleet(new SellerNames(7).Random(1_000), historySlots: 10);
        world.Versions[A.Good] = new Behaviour { ExitCode = 134 };

        AssertSmall(world, occasions: 12);

        Assert.NotEmpty(world.Record.Plan("orders").GeneralFailures);
    }

    [Fact]
    public void Three_quotas_of_each_store_fit_into_the_record()
    {
        var random = new Random(7);
        var book = new QuotaBook();
        for (var api = 0; api < 3; api++)
        {
            var full = new SellerNames(7)
                .Random(10_000)
                .ToImmutableSortedDictionary(
                    n => n,
                    _ => 1_798_000_000_000L + random.Next(300_000),
                    StringComparer.Ordinal
                );
            book = book.With($"api{api}", new ApiBook { Rate = "1/180s", FullAt = full });
        }

        var parts = RecordParts.Encode(new ConnectorRecord { Quotas = book });

        Assert.All(parts, p => Assert.InRange(RecordBytes.Packed(p.Value), 0, Largest));
    }

    [Fact]
    public void The_ledger_forgets_stores_that_left()
    {
        var world = new World();
        for (var i = 0; i < 6; i++)
        {
            var first = i * 40;
            world.Connector = world.Connector.WithStores(
                Enumerable.Range(first, 40).Select(n => new Store { Name = $"s-{n:0000}" })
            );
            world.Run(TimeSpan.FromSeconds(30));
        }

        Assert.InRange(world.Record.Ledger("orders").Stores.Count, 40, 80);
        Assert.InRange(world.Record.Form.Numbers.Names.Length, 40, 240);
    }

    [Fact]
    public void The_ledger_keeps_a_store_that_is_soon_listed_again()
    {
        var world = A.SettledWorld();
        var stores = world.Connector.Spec.Stores;
        var before = world.Record.Ledger("orders").Stores[stores[0].Name];

        world.Connector = world.Connector.WithStores(stores.RemoveAt(0));
        world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(before.LastOkSlot, world.Record.Ledger("orders").Stores[stores[0].Name].LastOkSlot);
        world.Run(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(stores[0].Name, world.Record.Ledger("orders").Stores.Keys);
    }

    [Fact]
    public void A_closed_round_leaves_the_attempt_and_its_order_alone()
    {
        var world = A.SettledWorld();
        var first = new RolloutStep { Stores = new StoreShare("5%"), MinDuration = new Duration("10m") };
        var steps = A.Rollout().Spec with { Steps = [first, new RolloutStep { Stores = new StoreShare("100%") }] };
        world.Rollout = new RolloutSight.Present(A.Rollout() with { Spec = steps });
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(5));
        Assert.NotNull(world.Attempt);
        var rewritten = new Dictionary<string, int>(StringComparer.Ordinal);
        var last = RecordParts.Encode(world.Record);

        world.Run(
            TimeSpan.FromMinutes(2),
            w =>
            {
                var parts = RecordParts.Encode(w.Record);
                foreach (var name in (ImmutableArray<string>)["attempts", "attempts.order", "attempts.dwell"])
                {
                    var isSame = parts[name].Span.SequenceEqual(last[name].Span);
                    rewritten[name] = rewritten.GetValueOrDefault(name) + (isSame ? 0 : 1);
                }
                last = parts;
                return false;
            }
        );

        Assert.NotNull(world.Attempt);
        // That the candidate has started, and what the step needs once stable's volume is known.
        Assert.InRange(rewritten["attempts"], 0, 2);
        Assert.Equal(0, rewritten["attempts.order"]);
        Assert.InRange(rewritten["attempts.dwell"], 8, 12);
    }

    /// <summary>The bytes of a closed occasion are written once more, when it closes, and stay.</summary>
    [Fact]
    public void The_runs_of_a_closed_occasion_are_not_written_again()
    {
        var world = Fleet(new SellerNames(7).Random(2_500), historySlots: 3);
        Plan(world, occasions: 3, _ => { });
        var before = RecordParts.Encode(world.Record);
        var closed = world.Record.Plan("orders").Occasions.Where(o => o.IsClosed).Select(o => $"plan.orders.{o.Id}.0");
        Assert.Equal(2, closed.Count());

        Plan(world, occasions: 1, _ => { });

        var after = RecordParts.Encode(world.Record);
        Assert.All(closed, part => Assert.True(before[part].Span.SequenceEqual(after[part].Span), part));
    }

    private static World Fleet(ImmutableArray<string> names, int historySlots)
    {
        var world = new World();
        var flow = A.Flow() with
        {
            Schedule = "@every 5m",
            StartingDeadline = new Duration("2m"),
            MaxStoresPerRun = 25,
            MaxConcurrentRuns = 1000,
        };
        var connector = world.Connector.With(flow).WithStores(names.Select(n => new Store { Name = n }));
        world.Connector = connector with
        {
            Spec = connector.Spec with { History = new HistoryLimits { Slots = historySlots } },
        };
        return world;
    }

    private static void AssertSmall(World world, int occasions)
    {
        Plan(
            world,
            occasions,
            record =>
                Assert.All(RecordParts.Encode(record), p => Assert.True(RecordBytes.Packed(p.Value) <= Largest, p.Key))
        );
        Assert.NotEmpty(world.Ended);
    }

    /// <summary>Each occasion is looked at when it opens, while its runs are live and when they have ended.</summary>
    private static void Plan(World world, int occasions, Action<ConnectorRecord> check)
    {
        for (var slot = 0; slot < occasions; slot++)
        {
            var opens = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 300 * 300) + 300);
            world.Now = opens.AddMilliseconds(317);
            foreach (var step in (ImmutableArray<int>)[0, 4, 140])
            {
                world.Now += TimeSpan.FromSeconds(step);
                world.Step();
                check(world.Record);
            }
        }
    }
}
