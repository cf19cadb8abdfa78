using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Tests.Trials;

namespace Operator.Planning.Tests.PublicReports;

/// <summary>Reports of users of other systems about deadlines, waiting times, calendars and edits in flight.</summary>
public sealed class DeadlineReports
{
    private static readonly Deadlines RollsBack = new() { OnDeadline = OnDeadline.Rollback };

    /// <summary>
    /// A deadline that was shorter than the pause of a step failed the rollout; users had to raise the one whenever they raised the other. Here
    /// the default deadline follows from the step, and the step gets larger minima while it runs.
    /// https://github.com/argoproj/argo-rollouts/issues/1225
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_default_deadline_follows_minima_that_are_edited_while_the_step_waits(int stores)
    {
        var hourly = A.Flow() with { Schedule = "17 * * * *", TimeZone = "Asia/Kathmandu" };
        var world = A.SellerWorld(stores, s => s with { Deadlines = RollsBack }, hourly);
        world.Ship(A.Better, new Behaviour(), TimeSpan.FromHours(2));

        world.SetRollout(s => s with { Evidence = new EvidenceMinima { MinRuns = 25 * stores } });

        world.LiveUntil(w => w.IsOver, TimeSpan.FromDays(20));
        Assert.True(world.IsPromoted, $"{world.Over}");
    }

    /// <summary>The same, where the schedule is edited: on it one due time a day is all that comes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_default_deadline_follows_a_schedule_that_is_edited_while_the_step_waits(int stores)
    {
        var hourly = A.Flow() with { Schedule = "17 * * * *" };
        var world = A.SellerWorld(
            stores,
            s => s with { Deadlines = RollsBack, Evidence = new EvidenceMinima() },
            hourly
        );
        world.Ship(A.Better, new Behaviour(), TimeSpan.FromHours(2));

        world.SetFlow(f => f with { Schedule = "30 2 * * *", TimeZone = "America/New_York" });

        world.LiveUntil(w => w.IsOver, TimeSpan.FromDays(90));
        Assert.True(world.IsPromoted, $"{world.Over}");
    }

    /// <summary>To run the flow more often must not end a step that has waited for a seldom one.</summary>
    [Fact]
    public void A_schedule_that_is_made_denser_ends_no_step_on_the_spot()
    {
        var nightly = A.Flow() with { Schedule = "30 2 * * *" };
        var world = A.SellerWorld(1, s => s with { Deadlines = RollsBack, Evidence = new EvidenceMinima() }, nightly);
        world.Ship(A.Better, new Behaviour(), TimeSpan.FromDays(2));
        world.Live(TimeSpan.FromDays(9));
        Assert.NotNull(world.Attempt);

        world.SetFlow(f => f with { Schedule = "*/5 * * * *" });

        world.LiveUntil(w => w.IsOver, TimeSpan.FromDays(2));
        Assert.True(world.IsPromoted, $"{world.Over}");
    }

    /// <summary>
    /// Checks whose schedule was longer than the operator's own period never came at their times after a sync. Weekly, monthly and on
    /// workdays only; over both changes of the clock.
    /// https://github.com/flanksource/canary-checker/issues/1105
    /// </summary>
    [Theory]
    [InlineData("0 6 * * 1", "Asia/Kathmandu", 7, 90)]
    [InlineData("45 1 1 * *", "Europe/Berlin", 7, 250)]
    [InlineData("30 2 * * 1-5", "Europe/Berlin", 7, 20)]
    [InlineData("30 1 * * *", "America/New_York", 1, 90)]
    public void A_flow_that_comes_seldom_has_the_time_that_it_needs(string schedule, string zone, int stores, int days)
    {
        var seldom = A.Flow() with { Schedule = schedule, TimeZone = zone };
        var world = A.SellerWorld(
            stores,
            s => s with { Deadlines = RollsBack, Evidence = new EvidenceMinima() },
            seldom
        );
        world.Ship(A.Better, new Behaviour(), TimeSpan.FromDays(62));

        world.LiveUntil(w => w.IsOver, TimeSpan.FromDays(days));

        Assert.True(world.IsPromoted, $"{world.Over}");
    }

    /// <summary>
    /// The spec was invalid for longer than the deadline; once it was corrected, the rollout was aborted at once.
    /// https://github.com/argoproj/argo-rollouts/issues/3082
    /// </summary>
    [Fact]
    public void Time_with_a_connector_that_is_wrong_uses_up_no_deadline()
    {
        var world = A.SellerWorld(
            7,
            s =>
                s with
                {
                    Evidence = new EvidenceMinima { MinItems = 2000 },
                    Deadlines = new Deadlines { Evidence = new Duration("10m"), OnDeadline = OnDeadline.Rollback },
                }
        );
        world.Ship(A.Better, new Behaviour());

        world.Findings = ["spec.sync.image: is empty"];
        world.Run(TimeSpan.FromMinutes(30));
        Assert.Equal(("Hold", Reasons.InvalidSpec), world.Verdict);
        world.Findings = [];

        world.Until(w => w.IsPromoted);
    }

    /// <summary>
    /// A paused rollout jumped between paused and failed, because the deadline went on counting.
    /// https://github.com/argoproj/argo-rollouts/issues/3534 and https://github.com/kubernetes/kubernetes/issues/36427
    /// </summary>
    [Fact]
    public void A_suspended_connector_says_one_thing_and_uses_up_no_deadline()
    {
        var world = A.SellerWorld(
            7,
            s =>
                s with
                {
                    Evidence = new EvidenceMinima { MinItems = 2000 },
                    Deadlines = new Deadlines { Evidence = new Duration("10m"), OnDeadline = OnDeadline.Rollback },
                }
        );
        world.Ship(A.Better, new Behaviour());
        world.Run(TimeSpan.FromMinutes(2));

        world.SetSuspended(true);
        world.Run(TimeSpan.FromSeconds(15));
        world.Watch(TimeSpan.FromMinutes(30), w => Assert.Equal(("Hold", Reasons.Suspended), w.Verdict));

        world.SetSuspended(false);
        world.Until(w => w.IsPromoted);
    }

    /// <summary>
    /// The controller made new analyses for ever and wrote its status with each; the rollout stayed where it was.
    /// https://github.com/argoproj/argo-rollouts/issues/1107
    /// </summary>
    [Fact]
    public void A_hold_writes_nothing_between_two_due_times()
    {
        var world = A.SellerWorld(
            7,
            s => s with { Evidence = new EvidenceMinima { MinRuns = 100_000 } },
            A.Flow() with
            {
                Schedule = "@every 2m",
            }
        );
        world.Ship(A.Better, new Behaviour());
        world.ToSlot(120);
        world.Run(TimeSpan.FromSeconds(30));
        var told = world.Last.RolloutStatus!.Attempt! with { NextCheckAt = null };

        world.Watch(
            TimeSpan.FromSeconds(80),
            w =>
            {
                Assert.False(w.Last.MustCommit, w.Last.Because);
                Assert.Equal(told.Message, w.Message);
                Assert.Equal(told.DeadlineAt, w.Last.RolloutStatus!.Attempt!.DeadlineAt);
            }
        );
    }
}
