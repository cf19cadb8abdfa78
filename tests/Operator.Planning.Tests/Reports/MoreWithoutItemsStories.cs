using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Reports;

/// <summary>Reports of <c>more</c> without a single item.</summary>
public sealed class MoreWithoutItemsStories
{
    private const string Store = "store-001";
    private static readonly StoreReport Idle = new(0, 0, Worker([])) { HasMore = true };

    [Fact]
    public void More_without_an_item_ends_after_three_runs()
    {
        var world = World(new Behaviour { HasMore = true, Ok = 0 });

        Assert.Equal(3, RunsOf(world));
    }

    [Fact]
    public void It_is_a_failure_of_the_store()
    {
        var world = World(new Behaviour { HasMore = true, Ok = 0 });

        var condition = Assert.Single(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.StoresFailing);
        Assert.Equal(Reasons.NoProgress, condition.Reason);
        Assert.StartsWith(
            "flow 'orders': three runs in a row on one due time reported more work to do, and not one item done, for stores 'store-001', ",
            condition.Message,
            StringComparison.Ordinal
        );
        Assert.Equal("n", world.Record.Ledger("orders").Stores[Store].FailingClass);
        Assert.Equal(
            StoreOutcome.NoProgress,
            world.Record.Outcomes.Unpack(world.Record.Outcomes.Flows["orders"].Occasions[^1])[0]
        );
    }

    [Fact]
    public void A_store_that_does_it_on_each_due_time_is_not_synced()
    {
        var world = World(new Behaviour { HasMore = true, Ok = 0 });

        world.RunWhatIsDue(TimeSpan.FromMinutes(20));

        Assert.Equal(Reasons.StoresStale, world.Ready().Reason);
        Assert.All(world.Last.ConnectorStatus.WorstStores, s => Assert.Equal("NoProgress", s.Reason));
    }

    [Fact]
    public void Throttled_items_are_no_progress_either()
    {
        var report =
            $$"""{"v":1,"s":[{{string.Join(",", Enumerable.Repeat("""{"failed":5,"e":{"t":5},"more":true}""", 10))}}]}""";
        var world = World(new Behaviour { RawReport = report }, f => f with { MaxStoresPerRun = 10 });

        Assert.Equal(3, RunsOf(world));
        Assert.Equal("t", world.Record.Ledger("orders").Stores[Store].FailingClass);
    }

    [Fact]
    public void A_backfill_that_gets_on_runs_on()
    {
        var world = World(new Behaviour { HasMore = true, Ok = 1 });

        Assert.Equal(21, RunsOf(world));
        Assert.DoesNotContain(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.StoresFailing);
    }

    [Fact]
    public void A_retry_that_gets_no_further_is_the_next_failure()
    {
        var world = World(new Behaviour { HasMore = true, Ok = 0 }, f => f with { Retries = 2 });

        Assert.Equal(5, RunsOf(world));
    }

    [Theory]
    [InlineData("m m", true)]
    [InlineData("m o m", false)] // items in between
    [InlineData("m m r", true)] // a run that did not reach it says nothing
    [InlineData("m r m", true)]
    [InlineData("o o", false)]
    [InlineData("m", false)]
    [InlineData("", false)]
    public void Only_runs_in_a_row_count(string before, bool isStalled)
    {
        var past = before.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Past).ToList();
        var entry = new Entry { Index = past.Count, Stores = [Store] };
        var occasion = new Occasion { Id = "s1", Entries = [.. past, entry] };

        var ending = IdleRuns.Judge(occasion, entry, new RunEnding { Reports = [Idle] });

        Assert.Equal(isStalled, ending!.Reports[0]!.IsStalled); // it has one report
        Assert.Equal(!isStalled, ending.Reports[0]!.HasMore);
    }

    private static Entry Past(string letter, int index) =>
        new()
        {
            Index = index,
            Stores = [Store],
            Result = RunResult.Succeeded,
            Outcomes = letter,
            NotReached = letter == "r" ? [Store] : [],
            MoreStores = letter == "r" ? [] : [Store],
        };

    private static System.Collections.Immutable.ImmutableSortedDictionary<char, long> Worker(
        KeyValuePair<char, long>[] classes
    ) => System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(classes);

    private static int RunsOf(World world)
    {
        var first = world.Runs.GroupBy(r => r.Print.Occasion).First();
        return first.Count(r => r.Print.Stores.Contains(Store));
    }

    private static World World(Behaviour behaviour, Func<Flow, Flow>? edit = null)
    {
        var world = new World();
        var flow = A.Flow() with { Schedule = "*/5 * * * *", StartingDeadline = new Duration("4m") };
        world.Connector = world.Connector.With(edit is null ? flow : edit(flow));
        world.Versions[A.Good] = behaviour;
        world.RunWhatIsDue(TimeSpan.FromMinutes(10));
        return world;
    }
}
