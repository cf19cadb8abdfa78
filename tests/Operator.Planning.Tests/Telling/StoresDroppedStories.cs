using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Telling;

/// <summary>A list that loses most of its stores at once is told, whoever wrote the list.</summary>
public sealed class StoresDroppedStories
{
    private const string Source = "stores/eu";

    [Fact]
    public void A_list_that_loses_most_of_its_stores_is_told_once()
    {
        var world = WithList(10);

        world.StoreLists = [A.StoreList(Source, "h2", "s0", "s1", "s2")];
        world.Run(TimeSpan.FromSeconds(20));

        var told = world.Condition(Reasons.StoresDropped);
        Assert.StartsWith(
            "ConfigMap stores/eu lost 7 of its 10 stores at 2026-11-24T12:00:12Z: no run of them is started any more",
            told?.Message,
            StringComparison.Ordinal
        );
        Assert.Equal("True", world.Ready().Status);
        Assert.Single(world.Events, e => e is { Reason: Reasons.StoresDropped, IsWarning: true });
    }

    [Fact]
    public void Half_of_the_stores_may_leave()
    {
        var world = WithList(10);

        world.StoreLists = [A.StoreList(Source, "h2", "s0", "s1", "s2", "s3", "s4")];
        world.Step();

        Assert.Null(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void A_list_that_becomes_empty_leaves_a_connector_that_is_not_ready()
    {
        var world = WithList(10);

        world.StoreLists = [A.StoreList(Source, "h2")];
        world.Step();

        Assert.Equal(("False", Reasons.StoresDropped), world.ReadyIs());
        Assert.Contains("lost all of its 10 stores", world.Ready().Message, StringComparison.Ordinal);
        Assert.Single(world.Events, e => e is { Reason: Reasons.StoresDropped, IsWarning: true });
    }

    [Fact]
    public void The_stores_of_the_spec_are_a_list_too()
    {
        var world = A.SettledWorld();

        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Take(3));
        world.Step();

        Assert.StartsWith(
            "spec.stores lost 37 of its 40 stores",
            world.Condition(Reasons.StoresDropped)?.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Other_names_are_other_stores()
    {
        var world = A.SettledWorld();

        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.Select(s => s with { Name = $"eu-{s.Name}" })
        );
        world.Step();

        Assert.NotNull(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void Stores_that_move_from_the_spec_to_a_list_are_not_lost()
    {
        var world = A.SettledWorld();
        var names = world.Connector.Spec.Stores.Select(s => s.Name).ToList();
        world.StoreLists = [A.StoreList(Source, "h1", names)];
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { StoresFrom = A.StoresFrom(Source) },
        };
        world.Step();

        world.Connector = world.Connector.WithStores();
        world.Step();

        Given.That(world.Last.ConnectorStatus.Stores.Active == 40, "all stores in the list");
        Assert.Null(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void Suspended_stores_are_not_lost()
    {
        var world = A.SettledWorld();

        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.Select(s => s with { Suspend = true })
        );
        world.Step();

        Assert.Null(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void It_ends_when_half_of_them_are_back()
    {
        var world = WithList(10);
        world.StoreLists = [A.StoreList(Source, "h2")];
        world.Step();

        world.StoreLists = [A.StoreList(Source, "h2"), A.StoreList("stores/us", "h1", "s0", "s1", "s2", "s3", "s4")];
        world.Step();

        Assert.Null(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void It_ends_with_the_next_edit_of_the_list()
    {
        var world = WithList(10);
        world.StoreLists = [A.StoreList(Source, "h2", "s0", "s1")];
        world.Step();
        Given.That(world.Condition(Reasons.StoresDropped) is not null, "a drop that is told");

        world.StoreLists = [A.StoreList(Source, "h3", "s0", "s1", "new")];
        world.Step();

        Assert.Null(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void It_ends_after_a_day_and_the_operator_wakes_for_it()
    {
        var world = WithList(10, "0 0 1 1 *");
        world.StoreLists = [A.StoreList(Source, "h2", "s0", "s1")];
        world.Step();
        var dropped = world.Now;

        Assert.Equal(dropped.AddDays(1), world.Last.WakeAt);
        world.Now = dropped.AddHours(23);
        world.Step();
        Assert.NotNull(world.Condition(Reasons.StoresDropped));

        world.Now = dropped.AddDays(1);
        world.Step();

        Assert.Null(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void It_is_not_told_while_it_can_not_be_committed()
    {
        var world = WithList(10);
        world.IsClockSkewed = true;
        world.StoreLists = [A.StoreList(Source, "h2")];
        world.Step();
        var skewed = world.Condition(Reasons.StoresDropped);

        world.IsClockSkewed = false;
        world.Step();

        Assert.Null(skewed);
        Assert.NotNull(world.Condition(Reasons.StoresDropped));
    }

    [Fact]
    public void Ten_thousand_stores_that_are_gone_cost_a_small_part_of_the_record()
    {
        var world = WithList(10_000);

        world.StoreLists = [A.StoreList(Source, "h2")];
        world.Step();

        Assert.Equal(10_000, Assert.Single(world.Record.Stores.Drops).Stores.Length);
        Assert.InRange(world.Record.Form.Parts["stores"].Length, 1, 1024);
    }

    /// <summary>A connector whose stores are in one list, all of which have run.</summary>
    private static World WithList(int stores, string schedule = "@every 10s")
    {
        var world = new World();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Stores = [],
                StoresFrom = A.StoresFrom(Source),
                Flows = [A.Flow() with { Schedule = schedule, MaxStoresPerRun = 50 }],
            },
        };
        world.StoreLists = [A.StoreList(Source, "h1", Enumerable.Range(0, stores).Select(i => $"s{i}"))];
        world.Run(TimeSpan.FromSeconds(12));
        return world;
    }
}
