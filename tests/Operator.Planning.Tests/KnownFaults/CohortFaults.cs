using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Stores that leave or are suspended during the steps of a rollout.</summary>
public sealed class CohortFaults
{
    [KnownFault("4 of 11", 23)]
    public void The_place_of_a_store_that_left_is_taken_by_the_next()
    {
        var (world, first) = OneStoreInTheFirstStep();

        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Where(s => s.Name != first));
        world.Run(TimeSpan.FromMinutes(3));

        Assert.NotEqual(0, world.StoresThatRan(A.Better));
    }

    [KnownFault("4 of 11", 23)]
    public void The_place_of_a_store_that_is_suspended_is_taken_by_the_next()
    {
        var (world, first) = OneStoreInTheFirstStep();

        world.Do("away", A.Suspend("", first));
        world.Run(TimeSpan.FromMinutes(3));

        Assert.NotEqual(0, world.StoresThatRan(A.Better));
    }

    [KnownFault("4 of 11", 23)]
    public void Stores_that_come_back_in_the_last_step_are_in_the_cohort_before_the_promotion()
    {
        var world = A.SettledWorld();
        world.Do("maintenance", A.Suspend("", [.. world.Connector.Spec.Stores.Skip(2).Select(s => s.Name)]));
        world.Run(TimeSpan.FromSeconds(3));
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(20), w => w.Attempt is { Step: 2 });
        Given.That(world.Attempt is { Step: 2 }, "an attempt in its last step");

        world.Do("back", A.Unsuspend());
        world.Run(TimeSpan.FromMinutes(20), w => w.Attempt is null && w.Record.Stable?.Sync.Image == A.Better);

        var ended = world.Record.Attempts.History[0];
        Assert.Equal((40, 40), (ended.Cohort, ended.Stores));
    }

    /// <summary>An attempt whose first step has one store, and the name of the store. The candidate has not run.</summary>
    private static (World World, string First) OneStoreInTheFirstStep()
    {
        var world = A.SettledWorld();
        world.Rollout = Worlds.Steps("1", "100%");
        world.ShipImage(A.Better);
        world.Step();
        Given.That(world.Attempt is { Cohort: 1 }, "an attempt with one store");
        Given.That(world.StoresThatRan(A.Better) == 0, "a candidate that has not run");
        return (world, world.Attempt!.Order[0]); // not null: checked above
    }
}
