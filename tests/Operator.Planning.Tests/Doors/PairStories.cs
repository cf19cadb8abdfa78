using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Doors;

/// <summary>Two doors at once: a version that is gone back to twice, attempts in a row, lost records, and suspensions of flows.</summary>
public sealed class PairStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public void Going_back_twice_leaves_the_middle_version_no_former_stable()
    {
        var world = A.SettledWorld();
        Promote(world, A.Better);
        Promote(world, "registry.example.com/sync:1.3");
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(A.Good, world.Record.Stable?.Sync.Image);
        world.Runs.Clear();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(15));

        Assert.InRange(world.StoresThatRan(A.Better), 1, 2);
    }

    [Fact]
    public void A_store_whose_catch_up_runs_is_not_caught_up_again_by_the_next_attempts_end()
    {
        var world = TwoStoresRanTheBadVersion();
        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(2));
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(40));

        var caughtUp = world.Runs.Where(r => r.File.Reason == "CatchUp").SelectMany(r => r.Print.Stores).ToList();
        Assert.Equal(2, caughtUp.Distinct().Count());
        Assert.Equal(2, caughtUp.Count);
    }

    [Fact]
    public void A_due_time_that_paid_the_debt_leaves_the_catch_up_nothing_to_do()
    {
        var world = TwoStoresRanTheBadVersion();
        var stores = world.Attempt!.Order.Take(2).ToList();
        world.Do("away", A.Suspend("", [.. stores]));
        world.Step();
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(3));
        world.Do("back", A.Unsuspend("", [.. stores]));
        world.Run(TimeSpan.FromSeconds(60));

        var told = Told(world).ToList();
        Assert.Equal(told.Distinct().Count(), told.Count);
        Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, s => s.RedoFrom is not null);
    }

    [Fact]
    public void Debts_outlive_a_record_that_is_lost_after_the_attempt_ended()
    {
        var world = TwoStoresRanTheBadVersion();
        var witnessed = world
            .Observe()
            .Pods.Where(p => p.Fingerprint?.Revision == world.Attempt!.Revision)
            .SelectMany(p => p.Fingerprint!.Stores)
            .Distinct()
            .Order()
            .ToList();
        Given.That(witnessed.Count > 0, "pods of the candidate");
        world.ShipImage(A.Good);
        world.Step(crashAfter: 1);
        Given.That(world.Attempt is null, "the attempt has ended");
        world.Runs.Clear();

        world.LoseRecord();
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal(witnessed, Told(world).Distinct().Order());
    }

    [Fact]
    public void A_store_that_is_soon_listed_again_still_owes()
    {
        var world = TwoStoresRanTheBadVersion();
        var store = world.Attempt!.Order[0];
        var all = world.Connector.Spec.Stores;
        world.ShipImage(A.Good);
        world.Connector = world.Connector.WithStores(all.Where(s => s.Name != store));
        world.Run(TimeSpan.FromSeconds(5));
        world.Connector = world.Connector.WithStores(all);
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Contains(store, Told(world));
    }

    [Fact]
    public void A_lost_record_leaves_no_ledger_of_a_flow_that_left()
    {
        var world = TwoStoresRanTheBadVersion();
        world.Connector = world.Connector.With(A.Flow("prices"));
        world.LoseRecord();
        world.Run(TimeSpan.FromMinutes(2));

        Assert.DoesNotContain("orders", world.Record.Ledgers.Keys);
    }

    [Fact]
    public void Suspending_one_of_two_stores_does_not_lower_minStores_while_another_store_can_take_its_place()
    {
        var world = A.SettledWorld();
        world.Rollout = TwoStoresMustBeSeen();
        world.ShipImage(A.Better);
        world.Step();
        var order = world.Attempt!.Order;
        world.Do("away", A.Suspend("", order[1]));

        world.Run(Long, w => w.Attempt is { Step: 1 });

        var seen = world.Runs.Where(r => r.Arm == Arm.Candidate && r.CohortThen == 2).SelectMany(r => r.Print.Stores);
        Assert.Equal(2, seen.Distinct().Count());
    }

    [Fact]
    public void A_flow_that_is_suspended_for_all_stores_takes_nobody_away()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector.With(A.Flow(), A.Flow("prices"));
        world.Run(TimeSpan.FromSeconds(30));
        world.Rollout = Worlds.Steps("5%", "100%");
        world.ShipImage(A.Better);
        world.Step();
        world.Do("stop", A.Suspend("prices"));
        world.Run(TimeSpan.FromSeconds(60));

        Assert.Equal(0, world.Attempt?.Step);
        Assert.Empty(world.Attempt!.Away);
        Assert.NotEqual(Reasons.CohortAway, world.Last.RolloutStatus!.Attempt!.Reason);
    }

    [Fact]
    public void A_flow_that_is_suspended_lowers_no_minimum()
    {
        var world = A.SettledWorld();
        world.Rollout = TwoStoresMustBeSeen();
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1), w => w.Runs.Any(r => r.Arm == Arm.Candidate));
        world.Do("stop", A.Suspend("orders"));
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(0, world.Attempt?.Step);
    }

    private static RolloutSight.Present TwoStoresMustBeSeen() =>
        new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with
                {
                    Steps =
                    [
                        new RolloutStep { Stores = new StoreShare("2"), MinDuration = new Duration("1s") },
                        new RolloutStep { Stores = new StoreShare("100%"), MinDuration = new Duration("1h") },
                    ],
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = 1,
                        MinItems = 1,
                        MinStores = 2,
                    },
                },
            }
        );

    private static void Promote(World world, string image)
    {
        world.ShipImage(image);
        world.Run(Long, w => w.Attempt is null && w.Record.Stable?.Sync.Image == image);
        Assert.Equal(image, world.Record.Stable?.Sync.Image);
    }

    private static World TwoStoresRanTheBadVersion()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with
                {
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = 50,
                        MinItems = 10,
                        MinStores = 2,
                    },
                },
            }
        );
        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromSeconds(70));
        return world;
    }

    private static IEnumerable<string> Told(World world) =>
        from run in world.Runs
        from store in run.File.Stores
        where store.RedoFrom is not null
        select store.Name;
}
