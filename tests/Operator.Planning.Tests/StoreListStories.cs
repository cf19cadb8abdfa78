using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CsCheck;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Tests;

public sealed class StoreListStories
{
    private const string Source = "eu/stores.yaml";

    private static World WorldWith(params ImmutableArray<StoreListSight> lists)
    {
        var world = new World { StoreLists = lists };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Stores = [new Store { Name = "inline" }],
                StoresFrom = A.StoresFrom(lists.Select(l => l.Source)),
            },
        };
        return world;
    }

    private static IEnumerable<string> StoresOfLastSlot(World world) =>
        world.Runs.GroupBy(r => r.Print.Occasion).Last().SelectMany(r => r.Print.Stores).Order();

    private static Condition? Broken(World world) =>
        world.Last.ConnectorStatus.Conditions.FirstOrDefault(c => c.Type == Reasons.StoreListBroken);

    [Fact]
    public void Listed_stores_run_beside_those_of_the_spec()
    {
        var world = WorldWith(A.StoreList(Source, "1", "a", "b"));

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(["a", "b", "inline"], StoresOfLastSlot(world));
        Assert.Equal(3, world.Last.ConnectorStatus.Stores.Total);
        Assert.Null(Broken(world));
    }

    /// <summary>Where no good content is known, nothing is lost by leaving it out; else a store of the good content may be meant.</summary>
    [Fact]
    public void An_entry_without_a_name_stops_no_other_store()
    {
        static StoreListSight Nameless(StoreListSight sight) =>
            sight with
            {
                WrongBecause = "line 2: [1].name: 'B' is no store name",
                HasNameless = true,
            };
        var world = WorldWith(Nameless(A.StoreList(Source, "1", "a", "c")));

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(["a", "c", "inline"], StoresOfLastSlot(world));
        Assert.Contains("is left out, and the others go on", Broken(world)?.Message, StringComparison.Ordinal);

        world.StoreLists = [A.StoreList(Source, "2", "a", "b")];
        world.Run(TimeSpan.FromSeconds(15));
        world.StoreLists = [Nameless(A.StoreList(Source, "3", "a"))];
        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(["a", "b", "inline"], StoresOfLastSlot(world));
        Assert.Contains("its last good list of 2 stores is used", Broken(world)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_breaks_goes_on_as_it_last_was_and_says_so()
    {
        var world = WorldWith(A.StoreList(Source, "1", "a", "b"));
        world.Run(TimeSpan.FromSeconds(15));

        world.StoreLists = [A.BrokenList(Source, "line 3: it is no list")];
        world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(["a", "b", "inline"], StoresOfLastSlot(world));
        Assert.Equal(
            $"ConfigMap {Source}: line 3: it is no list; its last good list of 2 stores is used",
            Broken(world)?.Message
        );
        Assert.Contains(
            world.Last.ConnectorStatus.Conditions,
            c => c is { Type: ConditionTypes.Ready, Status: "True" }
        );
    }

    [Fact]
    public void A_list_is_in_the_record_before_a_store_of_it_runs()
    {
        var world = WorldWith(A.StoreList(Source, "1", "a", "b"));

        world.Run(TimeSpan.FromSeconds(15), w => w.Runs.Count > 0);

        Assert.Equal(["a", "b"], world.Record.Stores.Find(Source)?.Stores.Select(s => s.Name));
    }

    [Fact]
    public void An_edit_of_a_list_takes_effect_with_the_next_run()
    {
        var world = WorldWith(A.StoreList(Source, "1", "a", "b"));
        world.Run(TimeSpan.FromSeconds(15));

        world.StoreLists = [A.StoreList(Source, "2", "b", "c")];
        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(["b", "c", "inline"], StoresOfLastSlot(world));
    }

    [Fact]
    public void A_list_that_is_no_longer_named_takes_its_stores_along()
    {
        var world = WorldWith(A.StoreList(Source, "1", "a", "b"));
        world.Run(TimeSpan.FromSeconds(15));

        world.StoreLists = [];
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { StoresFrom = [] } };
        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(["inline"], StoresOfLastSlot(world));
        Assert.Empty(world.Record.Stores.Lists);
    }

    [Fact]
    public void A_list_that_was_never_good_keeps_nobody_else_from_running()
    {
        var world = WorldWith(A.BrokenList(Source, "it is not there"), A.StoreList("us/stores.yaml", "1", "u"));

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(["inline", "u"], StoresOfLastSlot(world));
        Assert.Contains("it was never read", Broken(world)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_store_the_connector_is_not_ready_and_says_which_list_is_wrong()
    {
        var world = WorldWith(A.BrokenList(Source, "it is not there"));
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Stores = [] } };

        world.Run(TimeSpan.FromSeconds(15));

        var ready = world.Last.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(("False", Reasons.StoreListBroken), (ready.Status, ready.Reason));
        Assert.Contains(Source, ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_stores_with_one_name_the_first_counts_and_runs_once()
    {
        var world = WorldWith(A.StoreList(Source, "1", "a", "inline"), A.StoreList("us/stores.yaml", "1", "a", "u"));

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(["a", "inline", "u"], StoresOfLastSlot(world));
        Assert.Equal(
            $"ConfigMap {Source}: store 'inline' is also in spec.stores, and only that one counts; remove one; "
                + $"ConfigMap us/stores.yaml: store 'a' is also in {Source}, and only that one counts; remove one",
            Broken(world)?.Message
        );
    }

    [Fact]
    public void More_stores_than_are_possible_are_refused_with_the_sum()
    {
        var many = Enumerable.Range(0, StoreList.MostStores).Select(i => $"s-{i}");
        var world = WorldWith(A.StoreList(Source, "1", "a"));
        world.Run(TimeSpan.FromSeconds(5));

        world.StoreLists = [A.StoreList(Source, "2", many)];
        world.Step();

        Assert.Equal(2, world.Last.ConnectorStatus.Stores.Total);
        Assert.Contains("the connector would have 10001", Broken(world)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_come_back_from_the_record_as_they_were() =>
        Gen.Select(Gen.Int[0, 3000], Gen.Int[0, 60], Gen.Int[1, 3])
            .Sample(
                (count, size, lists) =>
                {
                    var book = new StoreBook
                    {
                        Lists =
                        [
                            .. Enumerable
                                .Range(0, lists)
                                .Select(l => new KeptStoreList
                                {
                                    Source = $"list-{l}/stores.yaml",
                                    Hash = $"{count}",
                                    Stores = [.. Enumerable.Range(0, count).Select(i => Sized($"l{l}-{i}", size))],
                                }),
                        ],
                    };

                    var parts = RecordParts.Encode(new ConnectorRecord { Stores = book });
                    var decoded = RecordParts.Decode("", 0, default, parts).Stores;

                    Assert.All(parts, p => Assert.InRange(p.Value.Length, 1, 480 * 1024));
                    Assert.Equal(Json(book), Json(decoded));
                },
                iter: 20
            );

    [Fact]
    public void The_largest_run_that_the_rules_allow_fits_its_file()
    {
        var world = A.SettledWorld();
        var flow = A.Flow() with { MaxStoresPerRun = 50, Parameters = Filled(4000) };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Flows = [flow],
                Stores = [.. Enumerable.Range(10, 50).Select(Largest)],
                UpdatePolicy = UpdatePolicy.Immediate,
            },
        };
        Assert.Empty(new ConnectorRules(new ConnectorRuleOptions()).Check(world.Connector));

        var plan = world.Step();
        while (!plan.Changes.OfType<Change.CreatePod>().Any())
        {
            world.Now += TimeSpan.FromSeconds(1);
            plan = world.Step();
        }

        var pod = plan.Changes.OfType<Change.CreatePod>().Single().Pod;
        Assert.InRange(Encoding.UTF8.GetByteCount(pod.Annotations[PodMarks.Run]), 100_000, 128 * 1024);
    }

    private static Store Largest(int number) =>
        new()
        {
            Name = $"{number}{new string('s', 61)}",
            Sites = [.. Enumerable.Range(10, 20).Select(i => $"{i}{new string('A', 38)}")],
            Parameters = Filled(1000),
        };

    private static ImmutableSortedDictionary<string, string> Filled(int bytes) =>
        ImmutableSortedDictionary<string, string>.Empty.Add("text", new string('x', bytes));

    private static Store Sized(string name, int size) =>
        new()
        {
            Name = name,
            Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("p", new string('€', size)),
        };

    private static string Json(StoreBook book) => JsonSerializer.Serialize(book);
}
