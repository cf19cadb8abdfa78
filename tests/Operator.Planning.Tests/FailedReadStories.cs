using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

/// <summary>What the API server does not give out holds back what depends on it, and nothing else.</summary>
public sealed class FailedReadStories
{
    private const string Words = "500: the server is broken";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public void Without_live_reads_no_attempt_starts_and_stable_goes_on()
    {
        var world = A.SettledWorld();
        world.LiveReadFailure = Words;
        world.ShipImage(A.Better);
        world.Runs.Clear();

        world.Run(Long);

        Assert.Empty(world.Record.Attempts.History);
        Assert.Null(world.Attempt);
        Assert.NotEmpty(world.Runs);
        Assert.All(world.Runs, r => Assert.Equal(Arm.Stable, r.Arm));
        Assert.Equal((Reasons.LiveReadFailed, "True"), Ready(world));
        Assert.Contains(Words, Message(world, Reasons.LiveReadFailed), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_live_reads_no_step_is_taken_and_nothing_is_promoted()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });
        var begun = world.Attempt!; // it was awaited
        world.LiveReadFailure = Words;

        world.Run(Long);

        Assert.Equal((begun.Number, begun.Cohort), (world.Attempt?.Number, world.Attempt?.Cohort));
        world.LiveReadFailure = null;
        world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.Promoted }, ..]);
        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
    }

    [Fact]
    public void Without_live_reads_a_bad_version_is_rolled_back_all_the_same()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Ok = 5, Failed = 5 };
        world.ShipImage(A.Bad);
        world.Run(Long, w => w.Attempt is { HasStarted: true });
        world.LiveReadFailure = Words;

        world.Run(Long);

        Assert.Equal(AttemptOutcome.RolledBack, Assert.Single(world.Record.Attempts.History).Outcome);
    }

    [Fact]
    public void Without_live_reads_all_stores_do_not_get_other_content_at_once()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { UpdatePolicy = UpdatePolicy.Immediate },
        };
        world.LiveReadFailure = Words;
        world.ShipImage(A.Better);

        world.Run(Long);

        Assert.Equal(A.Good, world.Record.Stable?.Sync.Image);
        world.LiveReadFailure = null;
        world.Step();
        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
    }

    [Fact]
    public void A_read_that_nothing_waits_for_is_not_told()
    {
        var world = A.SettledWorld();
        world.LiveReadFailure = Words;

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal((Reasons.Syncing, "True"), Ready(world));
        Assert.DoesNotContain(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.LiveReadFailed);
    }

    [Fact]
    public void An_object_that_can_not_be_read_forms_no_content_and_its_words_are_told()
    {
        var world = A.SettledWorld();
        var unread = new UnreadReference("ConfigMap", "settings", Words) { IsContent = true };
        var seen = world.Observe() with { UnreadReferences = [unread] };

        var plan = Planner.Plan(seen);

        var condition = Assert.Single(plan.ConnectorStatus.Conditions, c => c.Type == Reasons.ReferenceUnreadable);
        Assert.Equal($"ConfigMap 'settings' can't be read: {Words}", condition.Message);
        Assert.DoesNotContain(plan.ConnectorStatus.Conditions, c => c.Type == Reasons.ConfigMapMissing);
        Assert.Equal("True", plan.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready).Status);
    }

    [Fact]
    public void The_rollout_says_that_it_is_unreadable_not_missing()
    {
        var world = A.SettledWorld();
        var unread = new UnreadReference("ConfigMap", "settings", Words) { IsContent = true };
        var seen = world.Observe() with
        {
            UnreadReferences = [unread],
            Rollout = new RolloutSight.Present(A.Rollout()),
        };

        var ready = Planner.Plan(seen).RolloutStatus!.Conditions.Single(c => c.Type == ConditionTypes.Ready);

        Assert.Equal(Reasons.ReferenceUnreadable, ready.Reason);
    }

    private static (string, string) Ready(World world)
    {
        var ready = world.Last.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready);
        return (ready.Reason, ready.Status);
    }

    private static string Message(World world, string condition) =>
        world.Last.ConnectorStatus.Conditions.Single(c => c.Type == condition).Message;
}
