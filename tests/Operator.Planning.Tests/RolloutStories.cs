using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

public sealed class RolloutStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_good_version_spreads_step_by_step_to_every_store()
    {
        var world = A.SettledWorld();

        world.ShipImage(A.Better);
        world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.Promoted }, ..]);

        var cohorts = world.Runs.Where(r => r.Arm == Arm.Candidate).Select(r => r.CohortThen).Distinct().ToList();
        Assert.Equal([2, 10, 40], cohorts);
        Assert.Equal(A.Better, world.Record.Stable!.Sync.Image);
        Assert.Null(world.Attempt);
    }

    [Fact]
    public void A_bad_version_is_rolled_back_and_never_leaves_its_first_step()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Ok = 8, Failed = 2 };

        world.ShipImage(A.Bad);
        world.Run(Long);

        var ended = Assert.Single(world.Record.Attempts.History);
        Assert.Equal(AttemptOutcome.RolledBack, ended.Outcome);
        Assert.Equal(1, ended.Step);
        Assert.Equal(A.Good, world.Record.Stable!.Sync.Image);
        Assert.Equal(
            2,
            world.Runs.Where(r => r.Arm == Arm.Candidate).SelectMany(r => r.Print.Stores).Distinct().Count()
        );
        Assert.All(world.Runs.Where(r => r.At > ended.EndedAt), r => Assert.Equal(Arm.Stable, r.Arm));
    }

    [Fact]
    public void A_rollout_is_idle_again_once_the_good_content_is_back()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Ok = 5, Failed = 5 };
        world.ShipImage(A.Bad);
        world.Run(Long, w => w.Record.Revisions.Rejected is not null);
        world.Run(TimeSpan.FromSeconds(30));
        var rejected = world.Last.RolloutStatus;

        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(30));

        var settled = world.Last.RolloutStatus;
        Assert.Equal(("RolledBack", "False", 1), Row(rejected));
        Assert.Equal(("Idle", "True", null), Row(settled));
        Assert.Equal("RolledBack", Assert.Single(settled!.History).Outcome); // see the row

        static (string?, string?, int?) Row(RolloutStatus? status) =>
            (
                status?.Phase,
                status?.Conditions.First(c => c.Type == ConditionTypes.Ready).Status,
                status?.Attempt?.Number
            );
    }

    [Fact]
    public void A_version_that_exits_at_once_ends_its_attempt_in_the_first_step()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { ExitCode = 1 };

        world.ShipImage(A.Bad);
        world.Run(Long);

        var ended = Assert.Single(world.Record.Attempts.History);
        Assert.Equal(AttemptOutcome.RolledBack, ended.Outcome);
        Assert.Equal(Reasons.WorseThanStable, ended.Reason);
        Assert.Equal(1, ended.Step);
    }

    [Fact]
    public void A_version_whose_image_cannot_be_had_costs_nobody_a_sync()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { CanStart = false };
        var missedBefore = world.Record.Plan("orders").MissedStoreSyncs;

        world.ShipImage(A.Bad);
        world.Run(Long);

        var ended = Assert.Single(world.Record.Attempts.History);
        Assert.Equal(Reasons.ImageUnavailable, ended.Reason);
        Assert.Single(world.Runs, r => r.Arm == Arm.Candidate);
        Assert.Equal(missedBefore, world.Record.Plan("orders").MissedStoreSyncs);
    }

    [Fact]
    public void Only_the_pilot_runs_the_candidate_until_its_container_has_started()
    {
        var world = A.SettledWorld();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(10), w => w.Runs.Any(r => r.Arm == Arm.Candidate));

        Assert.Single(world.Runs.Single(r => r.Arm == Arm.Candidate).Print.Stores);
    }

    [Fact]
    public void A_deleted_rollout_aborts_the_attempt_and_another_one_starts_at_its_first_step()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { Step: 1 });

        world.Rollout = new RolloutSight.Present(A.Rollout("rollout-2"));
        world.Step();

        Assert.Equal(AttemptOutcome.Aborted, world.Record.Attempts.History[0].Outcome);
        Assert.Equal(0, world.Attempt!.Step);
        Assert.Equal(2, world.Attempt.Cohort);
        Assert.Equal(TimeSpan.Zero, world.Attempt.Dwelled);
    }

    /// <summary>Nothing is planned from a wrong spec, but both statuses say so.</summary>
    [Fact]
    public void A_schedule_that_is_edited_to_nonsense_while_an_attempt_runs_is_told()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { Step: 1 });
        var spec = world.Connector.Spec;

        world.Connector = world.Connector with
        {
            Spec = spec with { Flows = [.. spec.Flows.Select(f => f with { Schedule = "never" })] },
        };
        world.Findings = ["spec.flows[0].schedule: 'never' is no cron expression"];
        world.Step();

        Assert.Contains(world.Last.ConnectorStatus.Conditions, c => c.Reason == Reasons.InvalidSpec);
        Assert.NotNull(world.Last.RolloutStatus);
        Assert.NotNull(world.Attempt);
    }

    [Fact]
    public void An_unusable_rollout_holds_the_attempt_and_sends_its_stores_to_stable()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { Step: 1 });
        world.Rollout = new RolloutSight.Unusable("amazon-eu", "rollout-1", "steps shrink", A.Rollout());
        world.Runs.Clear();

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(1, world.Attempt!.Step);
        Assert.DoesNotContain(world.Runs, r => r.Arm == Arm.Candidate);
    }

    [Fact]
    public void A_lost_record_sends_every_store_to_stable_and_rejects_the_candidate()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { Step: 1 });
        world.Runs.Clear();

        world.LoseRecord();
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(AttemptOutcome.Reset, world.Record.Attempts.History[0].Outcome);
        Assert.Equal(A.Good, world.Record.Stable!.Sync.Image);
        Assert.NotEmpty(world.Runs);
        Assert.DoesNotContain(world.Runs, r => r.Arm == Arm.Candidate);
        Assert.Contains(
            world.Last.RolloutStatus!.Conditions,
            c => c is { Type: ConditionTypes.Ready, Reason: Reasons.RecordLost }
        );
    }

    [Fact]
    public void A_record_lost_without_a_stable_plans_nothing_until_the_spec_is_adopted()
    {
        var world = A.SettledWorld();

        world.LoseRecord(keepParts: false);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Empty(world.Runs);
        Assert.Contains(
            world.Last.ConnectorStatus.Conditions,
            c => c is { Type: ConditionTypes.Ready, Reason: Reasons.RecordLost }
        );

        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { UpdatePolicy = UpdatePolicy.Immediate },
        };
        world.Run(TimeSpan.FromMinutes(1));

        Assert.NotEmpty(world.Runs);
    }

    [Fact]
    public void Content_that_was_stable_before_goes_back_to_every_store_at_once()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.Promoted }, ..]);

        world.ShipImage(A.Good);
        world.Step();

        Assert.Null(world.Attempt);
        Assert.Equal(A.Good, world.Record.Stable!.Sync.Image);
    }

    [Fact]
    public void Under_pause_a_convicted_cohort_stays_and_does_not_grow()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Ok = 8, Failed = 2 };
        var policy = A.Rollout();
        world.Rollout = new RolloutSight.Present(
            policy with
            {
                Spec = policy.Spec with { OnFailure = FailurePolicy.Pause },
            }
        );

        world.ShipImage(A.Bad);
        world.Run(Long);

        Assert.NotNull(world.Attempt!.PausedOn);
        Assert.Equal(2, world.Attempt.Cohort);
        Assert.Contains(
            world.Last.RolloutStatus!.Conditions,
            c => c is { Type: ConditionTypes.Paused, Status: "True" }
        );
    }

    [Fact]
    public void Editing_the_steps_never_widens_the_cohort()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });
        var policy = A.Rollout();
        var steps = new[]
        {
            new RolloutStep { Stores = new StoreShare("100%"), MinDuration = new Duration("1h") },
        };
        world.Rollout = new RolloutSight.Present(policy with { Spec = policy.Spec with { Steps = [.. steps] } });

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(2, world.Attempt!.Cohort);
    }

    [Fact]
    public void Without_a_rollout_new_content_waits_on_stable()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Missing();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(world.Runs, r => r.Arm == Arm.Candidate);
        Assert.Contains(
            world.Last.ConnectorStatus.Conditions,
            c => c is { Type: ConditionTypes.Ready, Reason: Reasons.RolloutMissing }
        );
    }

    [Fact]
    public void A_misspelt_limit_that_the_cluster_dropped_is_told()
    {
        var world = A.SettledWorld();
        var applied = """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout","spec":{"analysis":{"maxErrorRatio":"5%"}}}
            """;
        var policy = A.Rollout();
        var annotations = policy.Metadata.Annotations.Add("kubectl.kubernetes.io/last-applied-configuration", applied);

        world.Rollout = new RolloutSight.Present(
            policy with
            {
                Metadata = policy.Metadata with { Annotations = annotations },
            }
        );

        var told = Assert.Single(world.Step().RolloutStatus!.Conditions, c => c.Type == Reasons.UnknownField);
        Assert.Contains("spec.analysis.maxErrorRatio", told.Message);
    }
}
