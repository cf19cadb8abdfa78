using Operator.Api;

namespace Operator.Planning.Tests.Outcomes;

public sealed class StalenessStories
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_store_is_stale_once_three_due_times_are_over_without_a_sync_and_until_the_next_one()
    {
        var world = NewWorld(new Behaviour { Fails = "store-002", FailingClass = 'p' });
        world.Run(Slot * 2.5);
        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);

        world.Run(Slot);
        Assert.Equal(
            (1, 1),
            (world.Last.ConnectorStatus.Stores.Stale, world.Last.ConnectorStatus.Flows[0].StaleStores)
        );
        var worst = Assert.Single(world.Last.ConnectorStatus.WorstStores);
        Assert.Equal(("store-002", "orders", "PolicyRefused"), (worst.Name, worst.Flow, worst.Reason));
        Assert.Equal(world.Record.Outcomes.Of("orders").Occasions[0].Slot, worst.Since);

        world.Versions[A.Good] = new Behaviour();
        world.Run(Slot * 1.5);
        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);
        Assert.Empty(world.Last.ConnectorStatus.WorstStores);
    }

    [Fact]
    public void Since_is_the_last_sync_that_is_known()
    {
        var world = NewWorld(new Behaviour());
        world.Run(Slot * 2.5);
        var last = world.Record.Plan("orders").LastSlot;
        world.Versions[A.Good] = new Behaviour { Fails = "store-002" };

        world.Run(Slot * 4);

        Assert.Equal(last, Assert.Single(world.Last.ConnectorStatus.WorstStores).Since);
    }

    [Fact]
    public void Suspended_stores_and_those_of_a_suspended_connector_are_not_stale()
    {
        var world = NewWorld(new Behaviour { Fails = "store-002" });
        world.Run(Slot * 5);
        Assert.Equal(1, world.Last.ConnectorStatus.Stores.Stale);

        var stores = world.Connector.Spec.Stores;
        Change(world, spec => spec with { Stores = stores.Replace(stores[1], stores[1] with { Suspend = true }) });
        world.Step();
        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);

        Change(world, spec => spec with { Stores = stores });
        world.Step();
        Assert.Equal(1, world.Last.ConnectorStatus.Stores.Stale);

        Change(world, spec => spec with { Suspend = true });
        world.Step();
        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);
    }

    [Fact]
    public void Due_times_on_which_a_store_was_suspended_are_passed_over()
    {
        var world = NewWorld(new Behaviour { Fails = "store-002" });
        world.Run(Slot * 2.5);
        var stores = world.Connector.Spec.Stores;
        Change(world, spec => spec with { Stores = stores.Replace(stores[1], stores[1] with { Suspend = true }) });
        world.Run(Slot * 6);
        Change(world, spec => spec with { Stores = stores });
        world.Step();
        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);

        world.Run(Slot * 1.5);

        Assert.Equal(1, world.Last.ConnectorStatus.Stores.Stale);
    }

    [Fact]
    public void The_worst_twenty_are_named_those_synced_longest_ago_first()
    {
        var world = new World();
        world.Versions[A.Good] = new Behaviour { Fails = "store-007" };
        world.Run(Slot * 2.5);
        world.Versions[A.Good] = new Behaviour { ExitCode = 1 };
        Change(world, spec => spec with { Flows = [spec.Flows[0] with { MaxConcurrentRuns = 50 }] });

        world.Run(Slot * 6);

        var status = world.Last.ConnectorStatus;
        Assert.Equal(40, status.Stores.Stale);
        Assert.Equal(20, status.WorstStores.Length);
        Assert.Equal("store-007", status.WorstStores[0].Name);
        Assert.Equal(
            status.WorstStores.OrderBy(s => s.Since).ThenBy(s => s.Name, StringComparer.Ordinal),
            status.WorstStores
        );
    }

    private static World NewWorld(Behaviour behaviour)
    {
        var world = new World { Connector = A.Connector(new World().Now, stores: 3) };
        world.Versions[A.Good] = behaviour;
        return world;
    }

    private static void Change(World world, Func<ConnectorSpec, ConnectorSpec> change) =>
        world.Connector = world.Connector with { Spec = change(world.Connector.Spec) };
}
