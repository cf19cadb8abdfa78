using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>A tag such as <c>latest</c> is pushed again while a version with this tag spreads.</summary>
public sealed class MovedTagStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_tag_that_is_moved_to_a_bad_image_is_rolled_back_though_the_attempt_is_held()
    {
        var world = Started();
        world.ImageIds[A.Better] = Id('b');
        world.Run(TimeSpan.FromMinutes(1));
        var cohort = world.Attempt!.Cohort; // it is held

        world.Versions[A.Better] = new Behaviour { Ok = 0, Failed = 10 };
        world.Run(Long, w => w.Attempt is null);

        var ended = world.Record.Attempts.History[0];
        Assert.Equal(AttemptOutcome.RolledBack, ended.Outcome);
        Assert.All(world.Runs.Where(r => r.Arm == Arm.Candidate), r => Assert.True(r.CohortThen <= cohort));
    }

    [Fact]
    public void A_tag_that_is_moved_in_the_last_step_is_not_promoted()
    {
        var world = Started();
        world.Run(Long, w => w.Attempt is { Cohort: 40 });
        Given.That(world.Attempt is not null, "a last step");

        world.ImageIds[A.Better] = Id('b');
        world.Run(Long);

        Assert.NotNull(world.Attempt);
        Assert.Equal(A.Good, world.Record.Stable!.Sync.Image); // settled
    }

    [Fact]
    public void The_same_tag_from_nodes_with_different_forms_of_ids_holds_nothing()
    {
        var world = Started();
        world.ImageIds[A.Better] = "sha256:" + new string('c', 64);
        world.Run(TimeSpan.FromSeconds(30));
        world.ImageIds[A.Better] = Id('a');

        world.Run(Long, w => w.Attempt is null);

        Assert.Equal(A.Better, world.Record.Stable!.Sync.Image); // settled
    }

    [Fact]
    public void A_tag_of_stable_that_is_moved_while_a_candidate_spreads_promotes_nothing_by_comparison_with_it()
    {
        var world = A.SettledWorld();
        world.ImageIds[A.Good] = Id('1');
        world.ImageIds[A.Better] = Id('a');
        world.Run(TimeSpan.FromSeconds(30));
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });

        world.ImageIds[A.Good] = Id('2');
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Contains(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.ImageChanged);
    }

    private static string Id(char digit) => $"registry.example.com/sync@sha256:{new string(digit, 64)}";

    private static World Started()
    {
        var world = A.SettledWorld();
        world.ImageIds[A.Better] = Id('a');
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });
        Given.That(world.Attempt is { HasStarted: true }, "an attempt that runs");
        return world;
    }
}
