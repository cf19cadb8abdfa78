using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Doors;

/// <summary>When a stable revision may be replaced at once: while it is unproven, and by what it was before.</summary>
public sealed class StableStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public void One_store_that_was_synced_proves_its_revision()
    {
        var world = ExitsWithOneForOneBadStore();

        Assert.True(world.Record.Revisions.StableIsProven);
        Assert.DoesNotContain(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.StableUnproven);
    }

    [Fact]
    public void A_version_after_a_worker_that_exits_1_starts_at_the_first_step()
    {
        var world = ExitsWithOneForOneBadStore();

        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromSeconds(25));

        Assert.Equal(1, world.StoresThatRan(A.Bad));
    }

    /// <summary>Exit 0 alone proves nothing: every item of every store has failed.</summary>
    [Fact]
    public void A_run_that_ends_well_without_one_good_store_proves_nothing()
    {
        var world = TenStores();
        world.Versions[A.Good] = new Behaviour { Ok = 0, Failed = 5 };

        world.Run(TimeSpan.FromMinutes(1));

        Assert.False(world.Record.Revisions.StableIsProven);
    }

    [Fact]
    public void A_worker_that_never_reports_proves_stable_by_its_exit_code()
    {
        var world = TenStores();
        world.Versions[A.Good] = new Behaviour { IsSilent = true };

        world.Run(TimeSpan.FromSeconds(20));

        Assert.True(world.Record.Revisions.StableIsProven);
    }

    [Fact]
    public void New_content_replaces_an_unproven_stable_at_once_on_its_first_due_times()
    {
        var world = TenStores();
        world.Versions[A.Good] = new Behaviour { ExitCode = 1 };
        world.Run(TimeSpan.FromSeconds(30), w => w.Record.Revisions.UnprovenOccasions == 1);

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal((A.Better, 0), (world.Record.Stable?.Sync.Image, world.Record.Attempts.LastNumber));
        Assert.Equal(0, world.Record.Revisions.UnprovenOccasions);
    }

    [Fact]
    public void After_three_occasions_new_content_needs_a_rollout_though_stable_is_unproven()
    {
        var world = NeverSucceeds();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal((A.Good, 1), (world.Record.Stable?.Sync.Image, world.Attempt?.Number));
    }

    /// <summary>Nobody knows whether a version works whose containers can't start, however long that lasts.</summary>
    [Fact]
    public void Occasions_on_which_nothing_started_do_not_count()
    {
        var world = TenStores();
        world.Versions[A.Good] = new Behaviour { CanStart = false };
        world.Run(TimeSpan.FromMinutes(2));

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
    }

    [Fact]
    public void A_stable_that_is_unproven_is_told_while_it_lasts()
    {
        var world = NeverSucceeds();

        Assert.Contains(
            "needs a SyncRollout all the same",
            Assert.Single(Told(world)).Message,
            StringComparison.Ordinal
        );
        Assert.Single(world.Events, e => e.Reason == Reasons.StableUnproven);
        world.Versions[A.Good] = new Behaviour();
        world.Run(TimeSpan.FromSeconds(20));
        Assert.Empty(Told(world));
    }

    [Fact]
    public void A_new_connector_is_not_called_unproven_before_its_first_due_time_is_over()
    {
        var world = TenStores();

        world.Run(TimeSpan.FromSeconds(30), w => Told(w).Any() || w.Record.Revisions.StableIsProven);

        Assert.Empty(Told(world));
    }

    [Fact]
    public void A_version_that_was_taken_back_starts_at_the_first_step_when_it_comes_again()
    {
        var world = A.SettledWorld();
        Promote(world, A.Better);
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(A.Good, world.Record.Stable?.Sync.Image);
        world.Runs.Clear();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1), w => w.StoresThatRan(A.Better) > 0);
        world.Run(TimeSpan.FromSeconds(5));

        Assert.InRange(world.StoresThatRan(A.Better), 1, 2);
        Assert.Equal((2, 0), (world.Attempt?.Number, world.Attempt?.Step));
    }

    [Fact]
    public void What_was_gone_back_to_returns_at_once_after_a_later_version()
    {
        var world = A.SettledWorld();
        Promote(world, A.Better);
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromMinutes(1));
        const string fixedImage = "registry.example.com/sync:1.3";
        Promote(world, fixedImage);

        world.ShipImage(A.Good);
        world.Step();

        Assert.Equal(A.Good, world.Record.Stable?.Sync.Image);
        Assert.Null(world.Attempt);
    }

    private static void Promote(World world, string image)
    {
        world.ShipImage(image);
        world.Run(Long, w => w.Attempt is null && w.Record.Stable?.Sync.Image == image);
        Assert.Equal(image, world.Record.Stable?.Sync.Image);
    }

    private static IEnumerable<Condition> Told(World world) =>
        world.Last.ConnectorStatus.Conditions.Where(c => c.Type == Reasons.StableUnproven);

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
        Assert.Contains(world.Record.Ledger("orders").Stores.Values, s => s.LastOkSlot is not null);
        return world;
    }

    private static World NeverSucceeds()
    {
        var world = TenStores();
        world.Versions[A.Good] = new Behaviour { ExitCode = 1 };
        world.Run(TimeSpan.FromMinutes(2));
        Assert.False(world.Record.Revisions.StableIsProven);
        return world;
    }

    private static World TenStores()
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.Connector = A.Connector(world.Now, stores: 10);
        return world;
    }
}
