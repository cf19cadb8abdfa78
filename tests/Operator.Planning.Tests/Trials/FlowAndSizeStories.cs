using System.Diagnostics;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>Flows that come and go during an attempt, and fleets of one and of a thousand stores.</summary>
public sealed class FlowAndSizeStories(ITestOutputHelper output)
{
    [Fact]
    public void A_flow_that_leaves_and_comes_back_keeps_its_evidence()
    {
        var world = A.TrialWorld(
            8,
            s => s with { Evidence = new EvidenceMinima { MinRuns = 30 } },
            A.Flow(),
            A.Flow("prices")
        );
        world.Try();
        world.Run(TimeSpan.FromSeconds(30));
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Flows = [A.Flow()] } };
        world.Step();
        var mean = (world.Trial().Evidence + world.Trial("prices").Evidence) / 2;
        Assert.Equal(mean, Rollouts.Trials.MeanEvidence(world.Record, world.Attempt!));
        world.Run(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(world.Last.RolloutStatus!.Attempt!.Flows, f => f.Flow == "prices");
        var before = world.Trial("prices");

        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [A.Flow(), A.Flow("prices")] },
        };
        world.Step();
        Assert.Equal(before.Evidence, world.Trial("prices").Evidence);
        Assert.Equal(1, world.Attempt!.Number);
        world.Until(w => w.IsPromoted);
    }

    [Fact]
    public void A_flow_that_joins_is_shown_and_not_judged()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 12 } });
        world.Try();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [A.Flow(), A.Flow("prices") with { Schedule = "@every 30m" }] },
        };
        world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(1, world.Attempt!.Number);
        Assert.Equal("Joined", world.Last.RolloutStatus!.Attempt!.Flows.Single(f => f.Flow == "prices").Role);
        Assert.Equal(["orders"], world.Attempt.JudgedFlows);
        world.Until(w => w.IsPromoted, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void One_store_is_enough_to_promote_a_good_version()
    {
        var world = A.TrialWorld(1);
        world.Try();

        world.Until(w => w.IsPromoted);

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }

    [Fact]
    public void One_store_is_enough_to_roll_back_a_bad_version()
    {
        var world = A.TrialWorld(1, s => s with { Evidence = new EvidenceMinima { MinRuns = 10 } });
        world.Try(new Behaviour { ExitCode = 1 });

        world.Until(w => w.IsOver, TimeSpan.FromMinutes(30));

        Assert.Equal((AttemptOutcome.RolledBack, Reasons.WorseThanStable), (world.Over.Outcome, world.Over.Reason));
    }

    /// <summary>Prints how long the plans take.</summary>
    [Fact]
    public void A_thousand_stores_flip_their_coins()
    {
        var flow = A.Flow() with { MaxStoresPerRun = 25, MaxConcurrentRuns = 100 };
        var world = A.TrialWorld(1000, s => s with { Evidence = new EvidenceMinima { MinRuns = 10_000 } }, flow);
        world.Try();
        world.ToSlot();
        var (longest, total, steps) = (TimeSpan.Zero, TimeSpan.Zero, 0);

        for (var end = world.Now + TimeSpan.FromSeconds(30); world.Now < end; world.Now += TimeSpan.FromSeconds(1))
        {
            var seen = world.Observe();
            var start = Stopwatch.GetTimestamp();
            _ = Planner.Plan(seen);
            var took = Stopwatch.GetElapsedTime(start);
            (longest, total, steps) = (took > longest ? took : longest, total + took, steps + 1);
            world.Step();
        }

        output.WriteLine(
            $"{steps} plans, mean {total.TotalMilliseconds / steps:0.0} ms, longest {longest.TotalMilliseconds:0} ms"
        );
        Assert.True(world.Trial().Candidate.Stores > 500, $"{world.Trial().Candidate.Stores} stores");
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }
}
