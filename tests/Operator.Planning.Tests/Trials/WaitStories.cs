using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>What a step waits for: flows, minima, time, and a deadline whose clock stands still.</summary>
public sealed class WaitStories
{
    private static readonly Flow Hourly = A.Flow("prices") with
    {
        Schedule = "@every 10m",
        StartingDeadline = new Duration("2m"),
    };

    [Fact]
    public void A_flow_that_has_not_run_in_the_step_holds_it()
    {
        var world = A.TrialWorld(8, flows: [A.Flow(), Hourly]);
        world.Try();

        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(("Hold", Reasons.FlowNotSeen), world.Verdict);
        Assert.Contains("'prices'", world.Message);
    }

    [Fact]
    public void Flows_that_the_rollout_leaves_out_are_not_waited_for()
    {
        var world = A.TrialWorld(
            8,
            s => s with { Evidence = s.Evidence with { Flows = ["orders"] } },
            A.Flow(),
            Hourly
        );
        world.Try();

        world.Until(w => w.IsPromoted, TimeSpan.FromMinutes(4));
    }

    /// <summary>To change it with the data in hand would break the guarantee.</summary>
    [Fact]
    public void An_edit_of_the_judged_flows_acts_on_the_next_attempt()
    {
        var world = A.TrialWorld(8, flows: [A.Flow(), Hourly]);
        world.Try();
        world.SetRollout(s => s with { Evidence = s.Evidence with { Flows = ["orders"] } });

        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(("Hold", Reasons.FlowNotSeen), world.Verdict);
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 300)]
    [InlineData(60, 0)]
    [InlineData(60, 300)]
    [InlineData(60, 900)]
    public void A_version_slower_than_the_schedule_holds(int period, int milliseconds)
    {
        var flow = A.Flow() with { Schedule = $"@every {period}s", Timeout = new Duration("90s") };
        var world = A.TrialWorld(8, flows: flow);
        world.Now += TimeSpan.FromMilliseconds(milliseconds);
        world.Try(new Behaviour { Duration = TimeSpan.FromSeconds(period + 2) });

        world.Until(w => w.Verdict.Reason == Reasons.SlowerThanSchedule, TimeSpan.FromMinutes(20));
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(Reasons.SlowerThanSchedule, world.Verdict.Reason);
        // With the short period a store that was busy until then starts late, on either arm.
        Assert.True(period == 10 || world.Trial().Stable.Late == 0, $"{world.Trial().Stable}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void Two_versions_that_are_both_slow_pass(int milliseconds)
    {
        var world = A.TrialWorld(8);
        world.Now += TimeSpan.FromMilliseconds(milliseconds);
        world.Both(new Behaviour { Duration = TimeSpan.FromSeconds(12) });
        world.ShipImage(A.Better);

        world.Until(w => w.IsPromoted);
    }

    [Fact]
    public void A_step_has_minima_of_its_own()
    {
        var world = A.TrialWorld(8, s => s with { Steps = A.Steps("50%", "100%") });
        world.SetRollout(s =>
            s with
            {
                Steps = [s.Steps[0] with { Evidence = new StepMinima { MinRuns = 30 } }, s.Steps[1]],
            }
        );
        world.Try();
        var most = 0;

        world.Until(w =>
        {
            most = w.Attempt is { Step: 0 }
                ? Math.Max(most, Math.Min(w.Trial().Candidate.Runs, w.Trial().Stable.Runs))
                : most;
            return w.Attempt is { Step: 1 };
        });

        Assert.InRange(most, 26, 34);
        world.Until(w => w.IsPromoted, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(OnDeadline.Hold)]
    [InlineData(OnDeadline.Rollback)]
    public void At_the_deadline_it_holds_or_rolls_back(OnDeadline what)
    {
        var world = Waiting(what);
        var began = world.Now;

        world.Run(TimeSpan.FromSeconds(170));
        Assert.NotNull(world.Attempt);
        Assert.DoesNotContain("its deadline", world.Message, StringComparison.Ordinal);
        world.Until(
            w => w.IsOver || w.Message.Contains("its deadline", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60)
        );
        world.Run(TimeSpan.FromMinutes(1));

        if (what == OnDeadline.Hold)
        {
            Assert.Equal(("Hold", Reasons.TooLittleEvidence), world.Verdict);
            Assert.NotNull(world.Attempt);
        }
        else
        {
            Assert.Equal(
                (AttemptOutcome.RolledBack, Reasons.EvidenceDeadline),
                (world.Over.Outcome, world.Over.Reason)
            );
            Assert.InRange(world.Over.EndedAt - began, TimeSpan.FromSeconds(160), TimeSpan.FromSeconds(230));
        }
    }

    public static TheoryData<string> StandStills => ["suspended", "down", "outage", "unusable", "flow suspended"];

    [Theory]
    [MemberData(nameof(StandStills))]
    public void Its_clock_stands_still(string why)
    {
        var world = Waiting(OnDeadline.Rollback);
        world.Run(TimeSpan.FromSeconds(60));
        var rollout = world.Rollout;

        if (why == "outage")
        {
            world.Both(new Behaviour { Ok = 0, Failed = 10 });
            world.Until(w => w.Trial().IsInTrouble);
        }
        var waited = world.Attempt!.Waited;
        switch (why)
        {
            case "suspended":
                Suspend(world, isSuspended: true);
                break;
            case "down":
                world.Now += TimeSpan.FromMinutes(30);
                break;
            case "unusable":
                world.Rollout = new RolloutSight.Unusable("amazon-eu", "rollout-1", "steps shrink", A.Rollout());
                break;
            case "flow suspended":
                world.Do("stop", A.Suspend("orders"));
                break;
            default:
                break;
        }
        world.Run(TimeSpan.FromMinutes(10));
        if (why == "down")
        {
            // It is up for the ten minutes, so the deadline is over.
            Assert.True(world.IsOver);
            Assert.InRange(
                world.Over.EndedAt - world.Over.StartedAt,
                TimeSpan.FromMinutes(32.5),
                TimeSpan.FromMinutes(35)
            );
            return;
        }

        Assert.NotNull(world.Attempt);
        Assert.InRange(world.Attempt.Waited - waited, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.InRange(world.Attempt.Dwelled - waited, -waited, TimeSpan.FromSeconds(20));
        Suspend(world, isSuspended: false);
        world.Rollout = rollout;
        world.Both(new Behaviour());
        if (why == "flow suspended")
        {
            world.Do("go", A.Unsuspend("orders"));
        }
        world.Until(w => w.IsOver, TimeSpan.FromMinutes(5));
    }

    /// <summary>A run-now between two due times is a round of its own; it takes no time from theirs.</summary>
    [Fact]
    public void Runs_by_hand_take_no_dwell_away()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Try();
        world.ToSlot();
        world.Run(TimeSpan.FromSeconds(10));
        var before = world.Attempt!;

        for (var i = 0; i < 12; i++)
        {
            world.Run(TimeSpan.FromSeconds(5));
            world.Do($"now-{i}", A.RunNow("orders"));
            world.Run(TimeSpan.FromSeconds(5));
        }

        Assert.InRange(world.Attempt!.Dwelled - before.Dwelled, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(130));
        Assert.InRange(world.Attempt.Waited - before.Waited, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(130));
    }

    /// <summary>A flow that was in an outage when it left the spec keeps nobody waiting.</summary>
    [Fact]
    public void A_flow_that_left_in_trouble_stops_no_clock()
    {
        var world = A.TrialWorld(8, flows: [A.Flow(), A.Flow("prices")]);
        world.SetRollout(s => s with { Steps = [s.Steps[0] with { MinDuration = new Duration("2m") }] });
        world.Try();
        world.Both(new Behaviour { Ok = 0, Failed = 10 });
        world.Until(w => w.Trial("prices").IsInTrouble && w.Trial().IsInTrouble);

        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Flows = [A.Flow()] } };
        world.Both(new Behaviour());

        world.Until(w => w.IsPromoted, TimeSpan.FromMinutes(6));
    }

    /// <summary>What stable did in the step before, by the runs that it had then.</summary>
    [Fact]
    public void The_needs_of_a_wider_step_reckon_with_the_items_of_a_store()
    {
        var world = A.TrialWorld(
            40,
            s =>
                s with
                {
                    Steps =
                    [
                        A.Steps("5%")[0] with
                        {
                            Evidence = new StepMinima { MinRuns = 2, MinItems = 10 },
                        },
                        A.Steps("100%")[0] with
                        {
                            Evidence = new StepMinima { MinRuns = 1, MinItems = 4000 },
                        },
                    ],
                }
        );
        world.Try();

        world.Until(w => w.Attempt is { Step: 1 });

        // 40 stores with 10 items each, half of them on the candidate: 20 due times of ten seconds.
        Assert.Contains("20 due times", world.Attempt!.Needs, StringComparison.Ordinal);
    }

    private static void Suspend(World world, bool isSuspended) =>
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = isSuspended } };

    /// <summary>It has started, and can't have its evidence before the deadline, of three minutes.</summary>
    private static World Waiting(OnDeadline what)
    {
        var world = A.TrialWorld(
            8,
            s =>
                s with
                {
                    // Reachable by the schedule, if single stores would come to it.
                    Evidence = new EvidenceMinima { MinItems = 100_000 },
                    Deadlines = new Deadlines { Evidence = new Duration("3m"), OnDeadline = what },
                }
        );
        world.Try();
        return world;
    }
}
