using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Due;

/// <summary>A store misses only what was due since it is listed and not suspended.</summary>
public sealed class JoiningStoreStories
{
    private static readonly Store Joiner = new() { Name = "joiner" };

    [Fact]
    public void A_store_that_joins_after_the_due_time_is_not_missed_for_it()
    {
        var world = LongRuns();

        Join(world);
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal(StoreOutcome.NotListed, NewestOutcome(world, "joiner"));
    }

    [Fact]
    public void A_store_that_is_resumed_after_the_due_time_is_not_missed_for_it()
    {
        var world = LongRuns(isLastSuspended: true);

        Resume(world);
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal(StoreOutcome.Suspended, NewestOutcome(world, "store-010"));
    }

    [Fact]
    public void A_store_that_joins_in_time_runs_at_once()
    {
        var world = LongRuns(startingDeadline: "25s");

        Join(world);
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Contains(world.Ended, e => e.Entry.Stores is ["joiner"]);
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }

    [Fact]
    public void A_store_that_joined_while_nobody_was_there_is_not_missed_before()
    {
        var world = A.SettledWorld();
        var before = world.Record.Plan("orders").MissedStoreSyncs;

        world.Now += TimeSpan.FromSeconds(100);
        Join(world);
        world.Step();

        var plan = world.Record.Plan("orders");
        Assert.Equal(40, (plan.MissedStoreSyncs - before) / plan.MissedSlots);
        Assert.Equal(0, (plan.MissedStoreSyncs - before) % plan.MissedSlots);
        Assert.Contains(world.Runs, r => r.Print.Stores.Contains("joiner"));
        Assert.Equal(StoreOutcome.NotListed, NewestOutcome(world, "joiner"));
        Assert.Equal(StoreOutcome.MissedByDowntime, NewestOutcome(world, "store-001"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_connector_that_had_no_active_store_missed_nothing(bool isSuspended)
    {
        var world = A.SettledWorld();
        var stores = world.Connector.Spec.Stores;
        world.Connector = world.Connector.WithStores(isSuspended ? stores.Select(s => s with { Suspend = true }) : []);
        world.Run(TimeSpan.FromMinutes(2));
        world.Runs.Clear();
        var commits = world.Record.Counter;
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(commits, world.Record.Counter);

        world.Connector = world.Connector.WithStores(stores);
        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal(40, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);
    }

    [Fact]
    public void Places_that_are_given_up_do_not_mix_up_who_was_due()
    {
        var world = LongRuns(isLastSuspended: true);
        var stores = world.Connector.Spec.Stores;

        // The places of stores that left are given up once no row names them.
        world.Connector = world.Connector.WithStores(stores.RemoveRange(0, 3).Add(Joiner));
        world.Run(TimeSpan.FromSeconds(40));
        Resume(world);
        world.Run(TimeSpan.FromMinutes(60));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal(8, world.Record.Outcomes.Stores.Length);
    }

    private static StoreOutcome NewestOutcome(World world, string store)
    {
        var book = world.Record.Outcomes;
        return book.Unpack(book.Of("orders").Occasions[^1])[book.Stores.IndexOf(store)];
    }

    private static void Join(World world) =>
        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Add(Joiner));

    private static void Resume(World world) =>
        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.Select(s => s with { Suspend = false })
        );

    /// <summary>Ten stores in one run of 20 s, due every minute. The time is 10 s after a due time.</summary>
    private static World LongRuns(string startingDeadline = "5s", bool isLastSuspended = false)
    {
        var world = new World();
        var flow = A.Flow() with { Schedule = "@every 60s", StartingDeadline = new Duration(startingDeadline) };
        world.Connector = A.Connector(world.Now, stores: 10).With(flow);
        ImmutableArray<Store> stores = world.Connector.Spec.Stores;
        world.Connector = world.Connector.WithStores(stores.SetItem(9, stores[9] with { Suspend = isLastSuspended }));
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(20) };
        world.Run(TimeSpan.FromSeconds(130));
        Given.That(world.HasLivePods && world.Now.Second == 10, "a run that is under way");
        return world;
    }
}
