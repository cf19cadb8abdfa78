using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Content;

/// <summary>Content that can't be formed, and content that is waiting.</summary>
public sealed class UnformedContentStories
{
    private const string Key = "settings/mode";

    [Fact]
    public void A_revert_in_Git_stops_the_candidate_though_the_reverted_ConfigMap_is_missing()
    {
        var world = WithMode("good");
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(10), w => w.Attempt is { HasStarted: true });
        var cohort = world.Attempt!.Cohort;

        world.ShipImage(A.Good);
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, null);
        world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(A.Good, world.Record.Stable!.Sync.Image);
        Assert.InRange(world.Attempt?.Cohort ?? 0, 0, cohort);
    }

    [Fact]
    public void While_only_a_value_is_missing_the_attempt_goes_on_and_reaches_no_more_stores()
    {
        var world = WithMode("good");
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(10), w => w.Attempt is { HasStarted: true });
        var (number, cohort) = (world.Attempt!.Number, world.Attempt.Cohort);

        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, null);
        world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal((number, cohort), (world.Attempt?.Number, world.Attempt?.Cohort));
        Assert.Equal(Reasons.ConfigMapMissing, world.Last.RolloutStatus!.Attempt!.Reason);
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, "good");
        world.Run(TimeSpan.FromMinutes(10), w => w.Record.Stable!.Sync.Image == A.Better);
        Assert.Equal(A.Better, world.Record.Stable!.Sync.Image);
    }

    [Fact]
    public void The_rollout_is_not_up_to_date_while_newer_content_can_not_be_formed()
    {
        var world = WithMode("good");

        world.ShipImage(A.Better);
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, null);
        world.Run(TimeSpan.FromMinutes(1));

        var ready = world.Last.RolloutStatus!.Conditions.First(c => c.Type == ConditionTypes.Ready);
        Assert.False(ready is { Status: "True", Reason: Reasons.UpToDate }, ready.Message);
    }

    [Fact]
    public void The_rollout_is_not_up_to_date_while_newer_content_waits_for_a_suspended_connector()
    {
        var world = WithMode("good");

        world.ShipImage(A.Better);
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = true } };
        world.Run(TimeSpan.FromMinutes(1));

        var ready = world.Last.RolloutStatus!.Conditions.First(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(("Unknown", Reasons.Suspended), (ready.Status, ready.Reason));
    }

    [Fact]
    public void A_value_that_is_too_large_is_looked_at_again_soon()
    {
        var world = WithMode("good");
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 24h" });
        world.Run(TimeSpan.FromMinutes(2));

        world.ConfigMapValues = world.ConfigMapValues.SetItem(
            Key,
            new string('x', RevisionContent.MostBytesOfValue + 1)
        );
        var plan = Planner.Plan(world.Observe());

        Assert.Contains(plan.ConnectorStatus.Conditions, c => c is { Type: ConditionTypes.Stalled, Status: "True" });
        Assert.InRange(plan.WakeAt ?? DateTimeOffset.MaxValue, world.Now, world.Now.AddMinutes(10));
    }

    [Fact]
    public void A_rejection_of_unknown_content_names_no_empty_revision()
    {
        var world = WithMode("good");
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, null);
        world.LoseRecord();
        world.Run(TimeSpan.FromMinutes(1));

        var status = world.Last.RolloutStatus!;

        Assert.NotEqual("", status.RejectedRevision);
        Assert.All(
            status.Conditions,
            c => Assert.DoesNotContain("revision  is rejected", c.Message, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Content_that_all_stores_get_after_a_record_was_lost_is_read_live_first()
    {
        var world = A.SettledWorld();
        world.LoseRecord(keepParts: false);
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { UpdatePolicy = UpdatePolicy.Immediate },
        };
        world.ShipImage(A.Better);

        var plan = Planner.Plan(world.Observe());

        Given.That(plan.Record.Stable?.Sync.Image == A.Better, "content for all stores");
        Assert.True(plan.Widens);
    }

    private static World WithMode(string value)
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, value);
        var variable = new EnvVar
        {
            Name = "MODE",
            ValueFrom = new EnvVarSource
            {
                ConfigMapKeyRef = new KeySelector { Name = "settings", Key = "mode" },
            },
        };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Sync = world.Connector.Spec.Sync with { Env = [variable] } },
        };
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        world.Runs.Clear();
        return world;
    }
}
