using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Tests.Trials;

/// <summary>Which occasions a step's clocks count, and what comes before a version that is slow.</summary>
public sealed class DwellStories
{
    private static readonly Behaviour Sick = new() { Ok = 0, Failed = 10 };
    private static readonly Flow Rare = A.Flow("prices") with { Schedule = "@every 2m" };

    /// <summary>Both flows were in an outage; one of them has seen that it is over, and the other runs rarely.</summary>
    [Fact]
    public void One_judged_flow_in_trouble_stops_the_clocks_of_all()
    {
        var world = OneFlowInTrouble(s => s);
        var (dwelled, waited) = (world.Attempt!.Dwelled, world.Attempt.Waited);

        world.Run(TimeSpan.FromSeconds(40));

        Assert.True(world.Trial("prices").IsInTrouble);
        Assert.Equal((dwelled, waited), (world.Attempt.Dwelled, world.Attempt.Waited));
    }

    [Fact]
    public void A_flow_in_trouble_that_is_not_judged_stops_no_clock()
    {
        var world = OneFlowInTrouble(s => s with { Evidence = s.Evidence with { Flows = ["orders"] } });
        var dwelled = world.Attempt!.Dwelled;

        world.Run(TimeSpan.FromSeconds(40));

        Assert.True(world.Trial("prices").IsInTrouble);
        Assert.InRange(world.Attempt.Dwelled - dwelled, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(50));
    }

    [Fact]
    public void An_occasion_of_which_every_run_was_lost_adds_no_dwell()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Try();
        world.Run(TimeSpan.FromSeconds(60));
        world.Both(new Behaviour { Rejects = _ => "OutOfcpu" });
        world.Run(TimeSpan.FromSeconds(40));
        var (dwelled, waited) = (world.Attempt!.Dwelled, world.Attempt.Waited);

        world.Run(TimeSpan.FromSeconds(60));

        Assert.Equal(dwelled, world.Attempt.Dwelled);
        Assert.True(world.Attempt.Waited > waited);
    }

    [Fact]
    public void A_new_step_waits_for_its_own_time()
    {
        var world = A.TrialWorld(8, s => s with { Steps = A.Steps("50%", "100%") });
        world.Try();
        var waited = TimeSpan.Zero;

        world.Until(w =>
        {
            waited = w.Attempt is { Step: 0 } ? w.Attempt.Waited : waited;
            return w.Attempt is { Step: 1 };
        });

        Assert.True(waited > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, world.Attempt!.Waited);
    }

    /// <summary>The judge's own order comes first.</summary>
    [Fact]
    public void A_slow_version_without_its_evidence_waits_for_that()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Try(new Behaviour { Duration = TimeSpan.FromSeconds(12) });

        world.Until(w => w.Trial().Candidate.Late > 5);

        Assert.Equal(("Hold", Reasons.TooLittleEvidence), world.Verdict);
    }

    /// <summary>Fewer than three late runs tell nothing, though they may be more than a tenth.</summary>
    [Fact]
    public void One_late_run_is_no_slow_version()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 4 } });
        world.SetRollout(s => s with { Steps = [s.Steps[0] with { MinDuration = new Duration("30s") }] });
        world.Try(new Behaviour { Slow = "store-0003" });
        world.Until(w => w.Trial().Candidate.Late == 1);
        world.Versions[A.Better] = new Behaviour();

        world.Watch(
            TimeSpan.FromMinutes(3),
            w => Assert.True(w.IsOver || w.Verdict.Reason != Reasons.SlowerThanSchedule, w.Message)
        );
    }

    /// <summary>Runs of the version that is stable now are not taken back with <c>inFlight: Stop</c>.</summary>
    [Fact]
    public void A_promotion_stops_no_live_run()
    {
        var slow = A.Flow("prices") with { Schedule = "@every 1m", Timeout = new Duration("90s") };
        var world = A.TrialWorld(
            8,
            s => s with { InFlight = InFlight.Stop, Evidence = s.Evidence with { Flows = ["orders"] } },
            A.Flow(),
            slow
        );
        world.Try(new Behaviour { Duration = TimeSpan.FromSeconds(8) });
        world.Until(w => w.IsPromoted);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.DoesNotContain(world.Ended, e => e.Ending.Reason == Reasons.TakenBack);
    }

    private static World OneFlowInTrouble(Func<RolloutSpec, RolloutSpec> edit)
    {
        var world = A.TrialWorld(
            8,
            s => edit(s with { Evidence = new EvidenceMinima { MinRuns = 1000 } }),
            A.Flow(),
            Rare
        );
        world.Try();
        world.Both(Sick);
        world.Until(w => w.Trial("prices").IsInTrouble && w.Trial().IsInTrouble);
        world.Both(new Behaviour());
        world.Until(w => !w.Trial().IsInTrouble);
        Assert.True(world.Trial("prices").IsInTrouble);
        return world;
    }
}
