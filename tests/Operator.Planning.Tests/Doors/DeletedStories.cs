using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Doors;

/// <summary>A rollout or an action that is being deleted, and that finalizers of others keep, starts, widens and does nothing more.</summary>
public sealed class DeletedStories
{
    [Fact]
    public void A_rollout_that_is_being_deleted_starts_nothing_and_says_so()
    {
        var world = A.SettledWorld();
        world.Rollout = BeingDeleted(world);

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal((A.Good, 0), (world.Record.Stable?.Sync.Image, world.StoresThatRan(A.Better)));
        Assert.Contains("is being deleted", world.Ready().Message, StringComparison.Ordinal);
        Assert.Contains(
            world.Last.RolloutStatus!.Conditions,
            c => c is { Type: ConditionTypes.Ready, Reason: Reasons.BeingDeleted }
        );
    }

    [Fact]
    public void A_rollout_that_is_being_deleted_widens_nothing_and_passes_no_place_on()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(3), w => w.Attempt is { HasStarted: true });

        world.Rollout = BeingDeleted(world);
        world.Do("away", A.Suspend("", world.Attempt!.Order[0]));
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal((0, 2), (world.Attempt?.Step, world.Attempt?.Cohort));
        Assert.InRange(world.StoresThatRan(A.Better), 1, 2);
        Assert.Equal(Reasons.BeingDeleted, world.Last.RolloutStatus!.Attempt!.Reason);
    }

    [Fact]
    public void A_rollout_that_is_being_deleted_still_takes_a_bad_version_back()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Ok = 0, Failed = 10 };
        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromMinutes(3), w => w.Attempt is { HasStarted: true });

        world.Rollout = BeingDeleted(world);
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(AttemptOutcome.RolledBack, Assert.Single(world.Record.Attempts.History).Outcome);
    }

    [Fact]
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
        Assert.Empty(world.Record.Actions.Decided);
    }

    private static RolloutSight.Present BeingDeleted(World world)
    {
        var policy = A.Rollout();
        return new RolloutSight.Present(
            policy with
            {
                Metadata = policy.Metadata with { DeletionTimestamp = world.Now },
            }
        );
    }
}
