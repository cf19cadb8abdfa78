using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

public sealed class RetryStories
{
    /// <summary>One slot of two minutes. Runs may start during nearly the whole slot.</summary>
    private static World LongSlot(Behaviour behaviour, int retries = 0, int mostStores = 10)
    {
        var world = A.SettledWorld();
        Change(
            world,
            f =>
                f with
                {
                    Schedule = "@every 120s",
                    StartingDeadline = new Duration("110s"),
                    Retries = retries,
                    MaxStoresPerRun = mostStores,
                }
        );
        world.Versions[A.Good] = behaviour;
        world.Run(
            TimeSpan.FromSeconds(130),
            w => w.Runs.Exists(r => SlotOf(r).Second == 0 && SlotOf(r).Minute % 2 == 0)
        );
        world.Runs.Clear();
        world.Ended.Clear();
        world.Run(TimeSpan.FromSeconds(119));
        return world;
    }

    private static void Change(World world, Func<Flow, Flow> change) =>
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [change(world.Connector.Spec.Flows[0])] },
        };

    private static DateTimeOffset SlotOf(World.Started run) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(run.Print.Occasion[1..], null));

    private static Dictionary<string, int> RunsByStore(World world) =>
        world
            .Ended.GroupBy(e => e.Occasion.Id)
            .Last()
            .SelectMany(e => e.Entry.Stores)
            .CountBy(s => s)
            .ToDictionary(StringComparer.Ordinal);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void A_store_that_fails_is_tried_again_as_often_as_the_flow_says_and_alone(int retries, int runs)
    {
        var world = LongSlot(new Behaviour { Fails = "store-013" }, retries);

        var byStore = RunsByStore(world);
        Assert.Equal(runs, byStore["store-013"]);
        Assert.All(byStore.Where(s => s.Key != "store-013"), s => Assert.Equal(1, s.Value));
    }

    [Theory]
    [InlineData('t')]
    [InlineData('a')]
    public void Throttled_and_locked_out_stores_are_not_hammered(char errorClass)
    {
        var world = LongSlot(new Behaviour { Fails = "store-013", FailingClass = errorClass }, retries: 3);

        Assert.InRange(RunsByStore(world).GetValueOrDefault("store-013"), 0, 1);
    }

    [Fact]
    public void A_store_that_a_good_run_did_not_reach_is_a_retry_of_its_own()
    {
        var world = LongSlot(new Behaviour { Skips = "store-013" }, retries: 1);

        Assert.Equal(2, RunsByStore(world)["store-013"]);
        Assert.Empty(world.Record.Plan("orders").Isolated);
    }

    [Fact]
    public void A_crash_is_found_within_the_slot_and_costs_no_neighbour_its_sync()
    {
        var world = LongSlot(new Behaviour { CrashesAt = "store-013" }, retries: 1);

        var ledger = world.Record.Ledger("orders").Stores;
        var slot = world.Record.Plan("orders").Occasions[^1].Slot;
        Assert.All(ledger.Where(s => s.Key != "store-013"), s => Assert.Equal(slot, s.Value.LastOkSlot));
        Assert.Equal("n", ledger["store-013"].FailingClass);
        Assert.Equal(2, world.Ended.Count(e => e.Entry.Stores is ["store-013"]));
        var isolated = Assert.Single(world.Record.Plan("orders").Isolated);
        Assert.Equal(("store-013", 1), (isolated.Store, isolated.Size));
    }

    [Fact]
    public void Whoever_was_separated_is_together_again_after_four_clean_occasions()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { CrashesAt = "store-013" };
        world.Run(TimeSpan.FromSeconds(40));
        Assert.Equal(1, world.Record.Plan("orders").Isolated.Single(i => i.Store == "store-013").Size);

        world.Versions[A.Good] = new Behaviour();
        world.Run(TimeSpan.FromSeconds(25));
        Assert.NotEmpty(world.Record.Plan("orders").Isolated);
        world.Run(TimeSpan.FromSeconds(35));
        world.Runs.Clear();
        world.Run(TimeSpan.FromSeconds(20));

        Assert.Empty(world.Record.Plan("orders").Isolated);
        Assert.All(world.Runs, r => Assert.Equal(10, r.Print.Stores.Length));
    }

    [Fact]
    public void Isolated_runs_take_no_more_than_a_quarter_of_the_places()
    {
        var world = A.SettledWorld();
        Change(world, f => f with { MaxConcurrentRuns = 8 });
        world.Versions[A.Good] = new Behaviour { CrashesAt = "store-013", Duration = TimeSpan.FromSeconds(4) };

        for (var i = 0; i < 120; i++)
        {
            world.Step();
            var live = world.Record.Plan("orders").Entries.Where(e => e.Result is null).ToList();
            Assert.InRange(live.Count(e => e.IsIsolated), 0, 2);
            world.Now += TimeSpan.FromSeconds(1);
        }
        Assert.Contains(world.Ended, e => e.Entry.IsIsolated);
    }

    [Fact]
    public void Where_every_run_is_of_one_store_nobody_is_isolated()
    {
        var world = LongSlot(new Behaviour { ExitCode = 1 }, mostStores: 1);

        Assert.Empty(world.Record.Plan("orders").Isolated);
        Assert.Equal(40, world.Ended.Count(e => e.Ending.Result == RunResult.Failed));
    }

    [Fact]
    public void Stores_with_more_to_do_run_again_at_once_and_at_most_twenty_times()
    {
        var world = LongSlot(new Behaviour { HasMore = true, Duration = TimeSpan.FromSeconds(1) });

        Assert.All(RunsByStore(world), s => Assert.Equal(21, s.Value));
        Assert.DoesNotContain(world.Ended, e => e.Ending.Result != RunResult.Succeeded);
    }

    [Fact]
    public void A_store_that_has_more_to_do_keeps_its_last_ok_slot()
    {
        var world = new World();
        world.Versions[A.Good] = new Behaviour { HasMore = true, Duration = TimeSpan.FromSeconds(3) };

        world.Run(TimeSpan.FromSeconds(60));

        var ledger = world.Record.Ledger("orders").Stores;
        Assert.Equal(40, ledger.Count);
        Assert.All(ledger.Values, s => Assert.Null(s.LastOkSlot));
        Assert.All(ledger.Values, s => Assert.NotNull(s.LastRunSlot));
        Assert.All(ledger.Values, s => Assert.Null(s.FailingClass));
        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);
    }

    [Fact]
    public void The_last_run_of_a_backfill_moves_the_last_ok_slot()
    {
        var world = LongSlot(new Behaviour { HasMore = true });
        var before = world.Record.Ledger("orders").Stores["store-001"].LastOkSlot;
        world.Versions[A.Good] = new Behaviour();

        world.Run(TimeSpan.FromSeconds(30));

        var slot = world.Record.Plan("orders").NewestSlot?.Slot;
        Assert.NotNull(before);
        Assert.True(before < slot);
        Assert.Equal(slot, world.Record.Ledger("orders").Stores["store-001"].LastOkSlot);
        Assert.Contains(world.Runs[^1].File.Stores, s => s.LastOkSlot == Calendar.UtcText.Of(before.Value));
    }

    [Theory]
    [InlineData("""{"v":1,"s":[{"ok":1,"failed":0,"more":true}]}""", true)]
    [InlineData("""{"v":1,"s":[{"ok":1,"failed":0,"more":false}]}""", false)]
    [InlineData("""{"v":1,"s":[{"ok":1,"failed":0}]}""", false)]
    public void More_is_read(string report, bool hasMore)
    {
        var read = Assert.IsType<Report.Read>(Report.Parse(report, 1));

        Assert.Equal(hasMore, read.Stores[0]!.HasMore);
    }

    [Theory]
    [InlineData("\"yes\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("{}")]
    public void More_that_is_no_boolean_makes_the_report_unreadable(string more)
    {
        var report = Report.Parse($$"""{"v":1,"s":[{"ok":1,"failed":0,"more":{{more}}}]}""", 1);

        Assert.IsType<Report.Unreadable>(report);
    }
}
