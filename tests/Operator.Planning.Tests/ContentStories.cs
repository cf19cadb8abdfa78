using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

/// <summary>ConfigMap values and images as content of revisions.</summary>
public sealed class ContentStories
{
    private const string Key = "settings/mode";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public void An_edit_of_a_ConfigMap_spreads_like_an_image()
    {
        var world = WithMode("good");
        var before = world.Record.Stable!; // settled

        Set(world, "better");
        world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.Promoted }, ..]);

        Assert.Equal("good", before.Values[Key]);
        Assert.Equal("better", world.Record.Stable!.Values[Key]);
        var cohorts = world.Runs.Where(r => r.Arm == Arm.Candidate).Select(r => r.CohortThen).Distinct().ToList();
        Assert.Equal([2, 10, 40], cohorts);
    }

    [Fact]
    public void A_value_that_comes_back_is_the_old_revision_at_once()
    {
        var world = WithMode("good");
        var good = world.Record.Revisions.StableHash;
        Set(world, "better");
        world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.Promoted }, ..]);

        Set(world, "good");
        world.Step();

        Assert.Equal(good, world.Record.Revisions.StableHash);
        Assert.Null(world.Attempt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Runs_go_on_while_a_ConfigMap_is_missing(bool isDuringAttempt)
    {
        var world = WithMode("good");
        if (isDuringAttempt)
        {
            Set(world, "better");
            world.Run(Long, w => w.Attempt is { HasStarted: true });
        }
        var attempt = world.Attempt?.Number;

        Set(world, null);
        var from = world.Now;
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(attempt, world.Attempt?.Number ?? world.Record.Attempts.History.FirstOrDefault()?.Number);
        Assert.Equal(40, world.Runs.Where(r => r.At > from).SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        var condition = Assert.Single(Conditions(world), c => c.Type == Reasons.ConfigMapMissing);
        Assert.Contains(Key, condition.Message, StringComparison.Ordinal);
        Assert.NotNull(Planner.Plan(world.Observe()).WakeAt);
    }

    [Fact]
    public void A_value_that_is_too_large_is_refused_with_its_size_and_stable_goes_on()
    {
        var world = WithMode("good");

        Set(world, new string('x', RevisionContent.MostBytesOfValue + 1));
        var from = world.Now;
        world.Run(TimeSpan.FromMinutes(3));

        var ready = Assert.Single(Conditions(world), c => c.Type == ConditionTypes.Ready);
        Assert.Equal(("False", Reasons.InvalidSpec), (ready.Status, ready.Reason));
        Assert.Contains("32769 bytes", ready.Message, StringComparison.Ordinal);
        Assert.Equal(40, world.Runs.Where(r => r.At > from).SelectMany(r => r.Print.Stores).Distinct().Count());
    }

    [Fact]
    public void Nothing_runs_before_the_first_content_can_be_formed()
    {
        var world = WithMode(null, isSettled: false);
        world.Run(TimeSpan.FromMinutes(3));
        Assert.Empty(world.Runs);

        Set(world, "good");
        world.Run(TimeSpan.FromMinutes(3));

        Assert.NotEmpty(world.Runs);
        Assert.Equal("good", world.Record.Stable!.Values[Key]);
    }

    [Fact]
    public void Content_that_comes_back_after_a_lost_record_is_rejected_unless_it_is_stable()
    {
        var world = WithMode("good");
        Set(world, null);
        world.LoseRecord();
        world.Run(TimeSpan.FromMinutes(2));

        Set(world, "other");
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal("good", world.Record.Stable!.Values[Key]);
        Assert.NotNull(world.Record.Revisions.Rejected);
        Assert.Null(world.Attempt);
        Set(world, "good");
        world.Step();
        Assert.Null(world.Record.Revisions.Rejected);
    }

    [Fact]
    public void A_tag_that_is_moved_during_an_attempt_holds_it()
    {
        var world = A.SettledWorld();
        world.ImageIds[A.Better] = Id('a');
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });
        var cohort = world.Attempt!.Cohort;

        world.ImageIds[A.Better] = $"docker-pullable://{Id('b')}";
        world.Run(Long);

        Assert.Equal(cohort, world.Attempt!.Cohort);
        var status = Planner.Plan(world.Observe()).RolloutStatus!.Attempt!; // an attempt runs
        Assert.Equal(Reasons.ImageChanged, status.Reason);
        Assert.Contains(Id('a'), status.Message, StringComparison.Ordinal);
        Assert.Contains(Id('b'), status.Message, StringComparison.Ordinal);
        Assert.Single(world.Events, e => e.Reason == Reasons.ImageChanged);
    }

    [Fact]
    public void A_tag_that_is_moved_under_stable_is_a_condition_and_runs_go_on()
    {
        var world = A.SettledWorld();
        world.ImageIds[A.Good] = Id('a');
        world.Run(TimeSpan.FromMinutes(2));

        world.ImageIds[A.Good] = Id('b');
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Contains(Conditions(world), c => c.Type == Reasons.ImageChanged);
        Assert.Single(world.Events, e => e.Reason == Reasons.ImageChanged);
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }

    [Theory]
    [InlineData("sha256:0123", "sha256:4567")] // local ids
    [InlineData("registry/a@sha256:aa", "registry/b@sha256:bb")] // no digests
    [InlineData("", "")]
    public void Ids_of_other_forms_are_unknown_and_hold_nothing(string one, string other)
    {
        var world = A.SettledWorld();
        world.ImageIds[A.Better] = one;
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });

        world.ImageIds[A.Better] = other;
        world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.Promoted }, ..]);

        Assert.Equal(A.Better, world.Record.Stable!.Sync.Image);
        Assert.Null(world.Record.Stable.OtherImageId);
    }

    [Fact]
    public void The_same_digest_in_another_repository_is_the_same_image()
    {
        Assert.True(ImageId.IsSame(Id('a'), Id('a').Replace("registry", "mirror", StringComparison.Ordinal)));
        Assert.False(ImageId.IsSame(Id('a'), Id('b')));
    }

    private static string Id(char digit) => $"registry.example.com/sync@sha256:{new string(digit, 64)}";

    private static ImmutableArray<Condition> Conditions(World world) =>
        Planner.Plan(world.Observe()).ConnectorStatus.Conditions;

    private static void Set(World world, string? value) =>
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, value);

    private static World WithMode(string? value, bool isSettled = true)
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        Set(world, value);
        var selector = new KeySelector { Name = "settings", Key = "mode" };
        var variable = new EnvVar
        {
            Name = "MODE",
            ValueFrom = new EnvVarSource { ConfigMapKeyRef = selector },
        };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Sync = world.Connector.Spec.Sync with { Env = [variable] } },
        };
        if (isSettled)
        {
            world.Run(TimeSpan.FromSeconds(25));
            Assert.True(world.Record.Revisions.StableIsProven);
            world.Runs.Clear();
        }
        return world;
    }
}
