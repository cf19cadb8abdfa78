using Operator.Api;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Ways in which a version bypasses the steps of its rollout.</summary>
public sealed class RolloutFaults
{
    [KnownFault("4 of 11", 20)]
    public void One_store_that_was_synced_proves_its_revision()
    {
        var world = ExitsWithOneForOneBadStore();

        Assert.True(world.Record.Revisions.StableIsProven);
    }

    [KnownFault("4 of 11", 20)]
    public void A_version_after_a_worker_that_exits_1_starts_at_the_first_step()
    {
        var world = ExitsWithOneForOneBadStore();

        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromSeconds(25));

        Assert.Equal(1, world.StoresThatRan(A.Bad));
    }

    [KnownFault("4 of 11", 20)]
    public void After_three_occasions_new_content_needs_a_rollout_though_stable_is_unproven()
    {
        var world = NeverSucceeds();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(A.Good, world.Record.Stable?.Sync.Image);
    }

    [KnownFault("4 of 11", 20)]
    public void A_stable_that_is_unproven_is_told() =>
        Assert.Contains(NeverSucceeds().Last.ConnectorStatus.Conditions, c => c.Type == "StableUnproven");

    [KnownFault("4 of 11", 21)]
    public void A_version_that_was_taken_back_starts_at_the_first_step_when_it_comes_again()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(5), w => w.Attempt is null && w.Record.Stable?.Sync.Image == A.Better);
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromMinutes(1));
        Given.That(world.Record.Stable?.Sync.Image == A.Good, "a version that was taken back");
        world.Runs.Clear();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(15));

        Assert.InRange(world.StoresThatRan(A.Better), 1, 2);
    }

    [KnownFault("4 of 11", 26)]
    public void A_rollout_that_is_being_deleted_starts_nothing()
    {
        var world = A.SettledWorld();
        var policy = A.Rollout();
        world.Rollout = new RolloutSight.Present(
            policy with
            {
                Metadata = policy.Metadata with { DeletionTimestamp = world.Now },
            }
        );

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(3), w => w.Record.Stable?.Sync.Image == A.Better);

        Assert.Equal((A.Good, 0), (world.Record.Stable?.Sync.Image, world.StoresThatRan(A.Better)));
    }

    [KnownFault("4 of 11", 26)]
    public void An_action_that_is_being_deleted_does_nothing()
    {
        var world = A.SettledWorld();
        var action = world.Do("stop", A.Suspend());
        world.Actions = world.Actions.Replace(
            action,
            action with
            {
                Metadata = action.Metadata with { DeletionTimestamp = world.Now },
            }
        );

        world.Step();

        Assert.Empty(world.Last.ConnectorStatus.Suspensions);
    }

    [KnownFault("4 of 11", 29)]
    public void A_share_below_100_percent_leaves_a_store_out()
    {
        foreach (var (share, stores) in new[] { ("90%", 4), ("99%", 3), ("99%", 40), ("99.9%", 250) })
        {
            Assert.InRange(Rollouts.CohortOrder.Places(new StoreShare(share), stores), 1, stores - 1);
        }
    }

    /// <summary>Nine stores are synced. The upstream of the tenth store is down, so the worker exits with 1.</summary>
    private static World ExitsWithOneForOneBadStore()
    {
        var world = TenStores();
        var ok = string.Join(',', Enumerable.Repeat("""{"ok":50,"failed":0}""", 9));
        world.Versions[A.Good] = new Behaviour
        {
            ExitCode = 1,
            RawReport = $$$"""{"v":1,"s":[{{{ok}}},{"ok":0,"failed":3,"e":{"u":3}}]}""",
        };
        world.Versions[A.Bad] = new Behaviour { Ok = 0, Failed = 50 };
        world.Run(TimeSpan.FromMinutes(2));
        Given.That(world.Record.Ledger("orders").Stores.Values.Any(s => s.LastOkSlot is not null), "synced stores");
        return world;
    }

    private static World NeverSucceeds()
    {
        var world = TenStores();
        world.Versions[A.Good] = new Behaviour { ExitCode = 1 };
        world.Run(TimeSpan.FromMinutes(2));
        Given.That(!world.Record.Revisions.StableIsProven, "an unproven stable");
        return world;
    }

    private static World TenStores()
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.Connector = A.Connector(world.Now, stores: 10);
        return world;
    }
}
