using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>What the judge decides in a world, from the first coin to the end of the attempt.</summary>
public sealed class VerdictStories
{
    private static readonly Behaviour Outage = new() { Ok = 0, Failed = 10 };
    private readonly World _world = A.TrialWorld(20, s => s with { Steps = A.Steps("20%", "100%") });

    [Fact]
    public void An_outage_on_both_arms_holds_counts_nothing_and_goes_on_by_itself()
    {
        _world.SetRollout(s => s with { Evidence = new EvidenceMinima { MinRuns = 12 } });
        _world.Try();
        _world.Run(TimeSpan.FromSeconds(30));
        _world.Both(Outage);
        _world.Until(w => w.Trial().IsInTrouble);
        var (dwelled, waited, rounds) = (_world.Attempt!.Dwelled, _world.Attempt.Waited, _world.Trial().Rounds);

        _world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(("Hold", Reasons.Outage), _world.Verdict);
        Assert.Equal((dwelled, waited), (_world.Attempt.Dwelled, _world.Attempt.Waited));
        Assert.Equal(rounds, _world.Trial().Rounds);
        Assert.Equal(0, _world.Attempt.Step);
        _world.Both(new Behaviour());
        _world.Until(w => w.IsPromoted);
    }

    /// <summary>The first step's minima and dwell are met before the outage begins.</summary>
    [Fact]
    public void No_step_passes_in_an_outage()
    {
        _world.SetRollout(s =>
            s with
            {
                Steps = [A.Steps("20%")[0] with { MinDuration = new Duration("1m") }, .. A.Steps("100%")],
            }
        );
        _world.Try();
        _world.Run(TimeSpan.FromSeconds(45));
        Assert.Equal(Reasons.MinDuration, _world.Verdict.Reason);

        _world.Both(Outage);
        _world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal((0, Reasons.Outage), (_world.Attempt!.Step, _world.Verdict.Reason));
    }

    [Fact]
    public void A_person_who_runs_one_healthy_store_by_hand_does_not_end_an_outage()
    {
        _world.Try();
        _world.Both(Outage);
        _world.Until(w => w.Trial().IsInTrouble);
        _world.ToSlot();
        _world.Run(TimeSpan.FromSeconds(5));
        var outside = _world.Attempt!.Order[^1];

        _world.Both(Outage with { Says = s => s == outside ? WorkerReport.Store(5) : null });
        _world.Do("now", A.RunNow("orders", outside));
        _world.Watch(
            TimeSpan.FromSeconds(4),
            w => Assert.True(w.Trial().IsInTrouble, $"{w.Now:ss} {w.Verdict}: {w.Message}")
        );
    }

    [Fact]
    public void A_person_who_runs_two_sick_stores_by_hand_makes_no_outage()
    {
        _world.SetRollout(s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        _world.Try();
        _world.Run(TimeSpan.FromSeconds(30));
        var sick = _world.Attempt!.Order[^2..];
        _world.Both(new Behaviour { Says = s => sick.Contains(s) ? WorkerReport.Failed(5, 'u') : null });
        _world.ToSlot();
        _world.Run(TimeSpan.FromSeconds(5));

        _world.Do("now", A.RunNow("orders", [.. sick]));
        _world.Watch(
            TimeSpan.FromSeconds(20),
            w => Assert.False(w.Trial().IsInTrouble, $"{w.Now:ss} {w.Verdict}: {w.Message}")
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_store_with_a_revoked_token_stops_nobody(bool isOfFirstStep)
    {
        _world.ShipImage(A.Better);
        _world.Step();
        var locked = _world.Attempt!.Order[isOfFirstStep ? 1 : 10];
        _world.Both(new Behaviour { LockedOut = [locked] });

        _world.Until(w => w.IsPromoted);
    }

    [Fact]
    public void One_store_that_crashes_the_worker_on_both_versions_blames_nobody()
    {
        _world.ShipImage(A.Better);
        _world.Step();
        _world.Both(new Behaviour { CrashesAt = _world.Attempt!.Order[1] });

        _world.Until(w => w.IsPromoted, TimeSpan.FromMinutes(60));
    }

    [Fact]
    public void One_store_whose_items_fail_on_both_versions_blames_nobody()
    {
        _world.ShipImage(A.Better);
        _world.Step();
        _world.Both(new Behaviour { Fails = _world.Attempt!.Order[1] });

        _world.Until(w => w.IsPromoted, TimeSpan.FromMinutes(60));
    }

    [Fact]
    public void A_version_that_breaks_one_store_only_is_rolled_back()
    {
        _world.SetRollout(s =>
            s with
            {
                Evidence = new EvidenceMinima { MinRuns = 200 },
                Steps = A.Steps("100%"),
            }
        );
        _world.SetFlow(f => f with { MaxStoresPerRun = 20 });
        var broken = "store-0007";
        _world.Try(new Behaviour { Says = s => s == broken ? WorkerReport.Failed(1, 'i') : WorkerReport.Store(200) });

        _world.Until(w => w.IsOver, TimeSpan.FromMinutes(60));

        Assert.Equal((AttemptOutcome.RolledBack, Reasons.BreaksStores), (_world.Over.Outcome, _world.Over.Reason));
        Assert.Contains(broken, _world.Over.Message);
    }

    /// <summary>Proof there is, and no store that it reached to measure the harm by.</summary>
    [Fact]
    public void A_version_that_leaves_all_stores_out_of_its_reports_is_never_promoted()
    {
        _world.Try(new Behaviour { Says = _ => WorkerReport.NotReached });

        _world.Run(TimeSpan.FromMinutes(10));

        Assert.NotEqual(AttemptOutcome.Promoted, _world.OverOutcome);
    }

    [Fact]
    public void A_version_that_does_nothing_is_rolled_back()
    {
        _world.Try(new Behaviour { Says = _ => WorkerReport.Store(0) });

        _world.Until(w => w.IsOver);

        Assert.Equal(AttemptOutcome.RolledBack, _world.Over.Outcome);
        Assert.Equal(1, _world.Over.Step);
        Assert.Contains(_world.Over.Reason, (ImmutableArray<string>)[Reasons.DoesLessThanStable, Reasons.BreaksStores]);
    }

    [Fact]
    public void A_worker_that_never_reported_is_judged_by_its_runs()
    {
        var world = Silent();
        world.Try(new Behaviour { IsSilent = true });

        world.Until(w => w.IsPromoted);
    }

    [Fact]
    public void Of_a_worker_that_never_reported_a_version_that_crashes_is_rolled_back()
    {
        var world = Silent();
        world.Try(new Behaviour { ExitCode = 1 });

        world.Until(w => w.IsOver);

        Assert.Equal(Reasons.WorseThanStable, world.Over.Reason);
    }

    /// <summary>A candidate that begins to report obliges nobody.</summary>
    [Fact]
    public void A_version_that_reports_where_stable_never_did_gets_through()
    {
        var world = Silent();
        world.Try();

        world.Until(w => w.IsPromoted);

        Assert.True(world.Record.Plan("orders").HasReported);
    }

    [Fact]
    public void A_version_that_no_longer_reports_is_rolled_back()
    {
        _world.Try(new Behaviour { IsSilent = true });

        _world.Until(w => w.IsOver);

        Assert.Equal(Reasons.WorseThanStable, _world.Over.Reason);
    }

    [Theory]
    [InlineData("20%")]
    [InlineData("100%")]
    public void A_version_that_mends_what_is_broken_gets_through(string share)
    {
        _world.SetRollout(s => s with { Steps = share == "100%" ? A.Steps(share) : A.Steps(share, "100%") });
        _world.Versions[A.Good] = Outage;
        _world.Run(TimeSpan.FromMinutes(1));

        _world.Try();

        _world.Until(w => w.IsPromoted);
    }

    [Fact]
    public void Throttling_counts_on_no_side()
    {
        _world.SetRollout(s =>
            s with
            {
                Evidence = new EvidenceMinima { MinRuns = 4, MinItems = 1000 },
            }
        );
        _world.Try(new Behaviour { Says = _ => """{"ok":10,"failed":30,"e":{"t":30}}""" });

        _world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(0, _world.Trial().Candidate.FailedItems + _world.Trial().Candidate.FailedRuns);
        Assert.Equal(10, _world.Trial().Candidate.Items / _world.Trial().Candidate.Runs);
        _world.Until(w => w.IsPromoted);
    }

    [Fact]
    public void A_version_whose_pods_alone_are_rejected_is_never_promoted()
    {
        _world.SetRollout(s => s with { Steps = A.Steps("100%") });
        _world.Try();
        var rejected = _world.Attempt!.Order.Take(10).ToHashSet(StringComparer.Ordinal);
        _world.Versions[A.Better] = new Behaviour { Rejects = s => rejected.Contains(s) ? "OutOfcpu" : null };

        _world.Until(w => w.Verdict.Reason == Reasons.LosesRuns);
        _world.Run(TimeSpan.FromMinutes(5));

        Assert.NotNull(_world.Attempt);
        Assert.Equal(("Hold", Reasons.LosesRuns), _world.Verdict);
    }

    private static World Silent()
    {
        var world = new World();
        world.SetRollout(s => s with { Steps = A.Steps("20%", "100%") });
        world.Both(new Behaviour { IsSilent = true });
        world.Run(TimeSpan.FromMinutes(1));
        return world;
    }
}
