using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.Trials;
using Operator.Testing;

namespace Operator.Planning.Tests.PublicReports;

/// <summary>Reports of users of other systems about new attempts that began with old ends, and statuses that told something else.</summary>
public sealed class StatusReports
{
    private static readonly Behaviour AllFail = new() { Ok = 0, Failed = 10 };

    /// <summary>
    /// A new revision came in the middle of an analysis, which went on for it with the checks of the one before.
    /// https://github.com/fluxcd/flagger/issues/30
    /// </summary>
    [Fact]
    public void A_revision_that_replaces_another_inherits_nothing()
    {
        var world = A.SellerWorld(
            7,
            s =>
                s with
                {
                    Steps = A.Steps("2", "100%"),
                    Evidence = new EvidenceMinima { MinRuns = 8 },
                }
        );
        world.Ship(A.Better, new Behaviour());
        world.Until(w => w.Attempt is { Step: 1 });
        world.Run(TimeSpan.FromSeconds(15));

        world.Versions[A.Bad] = new Behaviour();
        world.ShipImage(A.Bad);
        world.Step();

        var attempt = world.Attempt!;
        Assert.Equal((2, 0, 2, 1), (attempt.Number, attempt.Step, attempt.Cohort, attempt.Stage));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (attempt.Dwelled, attempt.Waited));
        Assert.Equal((1, 0, 0), (world.Trial().Evidence, world.Trial().Candidate.All, world.Trial().Stable.All));
        world.Until(w => w.IsPromoted);
        Assert.Equal(A.Bad, world.Record.Stable!.Sync.Image);
    }

    /// <summary>
    /// After a failed analysis each retry was aborted at once, by the results of the first; and a second promotion of the same content took the
    /// first one's analysis for its own.
    /// https://github.com/argoproj/argo-rollouts/issues/2824 and https://github.com/akuity/kargo/issues/6372
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void The_same_version_begins_anew_once_what_it_stumbled_over_is_mended(int stores)
    {
        var world = A.SellerWorld(stores, s => s with { Evidence = new EvidenceMinima { MinRuns = 8 } });
        world.Ship(A.Better, AllFail);
        world.Until(w => w.IsOver);
        Assert.Equal(Reasons.WorseThanStable, world.OverReason);

        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(25));
        world.Ship(A.Better, new Behaviour());

        Assert.InRange(world.Trial().Evidence, 0.5, 2);
        world.Until(w => w.IsPromoted);
    }

    /// <summary>
    /// The bad version was reverted in the middle of its canary. All was healthy again, and the status showed the step as paused for ever.
    /// https://github.com/openkruise/rollouts/issues/339
    /// </summary>
    [Fact]
    public void A_revert_leaves_no_attempt_that_seems_to_run()
    {
        var world = A.SellerWorld(7, s => s with { Steps = A.Steps("2", "100%") });
        world.Ship(A.Better, AllFail);

        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(30));

        var status = world.Last.RolloutStatus!;
        Assert.Equal("True", world.Condition(ConditionTypes.Ready));
        Assert.Null(world.Condition(ConditionTypes.Paused));
        Assert.Null(status.CandidateRevision);
        Assert.NotNull(status.Attempt!.EndedAt);
        Assert.Null(status.Attempt.NextCheckAt);
        Assert.Null(status.Attempt.DeadlineAt);
    }

    /// <summary>
    /// Users want a failed analysis to pause instead of an abort, to look at it. What it paused on has to stay in the status while they look,
    /// whatever they edit meanwhile.
    /// https://github.com/argoproj/argo-rollouts/issues/2866 and https://github.com/fluxcd/flagger/issues/1186
    /// </summary>
    [Fact]
    public void A_paused_attempt_goes_on_saying_what_it_paused_on()
    {
        var world = A.SellerWorld(7, s => s with { OnFailure = FailurePolicy.Pause });
        world.Ship(A.Better, AllFail);
        world.Until(w => w.Attempt is { PausedOn: not null });
        var message = world.Attempt!.PausedOn!.Message;

        world.SetRollout(s =>
            s with
            {
                Analysis = s.Analysis with { MaxErrorRate = new Percent("100%"), MaxIncrease = new Percent("100%") },
                Evidence = new EvidenceMinima { MinRuns = 1000 },
            }
        );
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(("Fail", Reasons.WorseThanStable), world.Verdict);
        Assert.Equal(message, world.Message);
        Assert.Equal("True", world.Condition(ConditionTypes.Paused));
        Assert.Null(world.Last.RolloutStatus!.Attempt!.DeadlineAt);
    }

    /// <summary>
    /// Nothing moved, and the status told that the analysis was successful.
    /// https://github.com/argoproj/argo-rollouts/issues/3316
    /// </summary>
    [Fact]
    public void An_attempt_that_can_not_go_on_is_told_no_pass()
    {
        var world = A.SellerWorld(
            7,
            s =>
                s with
                {
                    Evidence = new EvidenceMinima { MinRuns = 4, MinItems = 10 },
                }
        );
        world.Both(new Behaviour { Duration = TimeSpan.FromSeconds(4) });
        world.Ship(A.Better, new Behaviour { Duration = TimeSpan.FromSeconds(4) });
        // The runs under way are those that the minima lack.
        world.Until(w => w.HasLivePods && w.Trial().Candidate.Runs is >= 1 and < 10 && w.Now.Second % 10 == 2);

        world.SetSuspended(true);
        world.Run(TimeSpan.FromSeconds(30));
        world.SetRollout(s =>
            s with
            {
                Evidence = new EvidenceMinima
                {
                    MinRuns = 1,
                    MinItems = 1,
                    MinStores = 1,
                },
            }
        );
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(("Hold", Reasons.Suspended), world.Verdict);
        world.SetSuspended(false);
        world.Until(w => w.IsPromoted);
    }

    /// <summary>
    /// A rollout that can never go on by itself waited without a word on what to do.
    /// https://github.com/argoproj/argo-rollouts/issues/1832
    /// </summary>
    [Fact]
    public void A_judged_flow_that_is_renamed_is_told_with_what_to_do()
    {
        var world = A.SellerWorld(7, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Ship(A.Better, new Behaviour());

        world.SetFlow(f => f with { Name = "orders-v2" });
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(("Hold", Reasons.FlowNotSeen), world.Verdict);
        Assert.Contains("new content", world.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// An aborted rollout began again by itself.
    /// https://github.com/argoproj/argo-rollouts/issues/2929
    /// </summary>
    [Fact]
    public void A_version_that_was_taken_back_does_not_begin_again_by_itself()
    {
        var world = A.SellerWorld(7);
        world.Ship(A.Better, AllFail);
        world.Until(w => w.IsOver);

        world.SetRollout(s =>
            s with
            {
                Steps = A.Steps("2", "100%"),
                Evidence = new EvidenceMinima { MinRuns = 3 },
            }
        );
        world.SetFlow(f => f with { Timeout = new Duration("25s"), MaxStoresPerRun = 5 });
        world.SetSuspended(true);
        world.Run(TimeSpan.FromMinutes(1));
        world.SetSuspended(false);
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(1, world.Record.Attempts.LastNumber);
        Assert.Equal("True", world.Condition(ConditionTypes.RolledBack));
    }

    /// <summary>
    /// Why the analysis failed did not get as far as the rollout. A thousand stores with long names: the sentence stays one.
    /// https://github.com/argoproj/argo-rollouts/issues/404
    /// </summary>
    [Fact]
    public void Of_a_thousand_stores_the_reason_is_one_sentence()
    {
        var flow = A.Flow() with { MaxStoresPerRun = 50, MaxConcurrentRuns = 40 };
        var world = A.SellerWorld(1000, null, flow);
        world.Ship(
            A.Better,
            new Behaviour
            {
                Says = s => s.StartsWith("seller-01", StringComparison.Ordinal) ? WorkerReport.Failed(5, 'i') : null,
            }
        );

        world.Until(w => w.IsOver);

        Assert.Equal(AttemptOutcome.RolledBack, world.Over.Outcome);
        var ready = world.Last.RolloutStatus!.Conditions.First(c => c.Type == ConditionTypes.Ready);
        Assert.Contains(world.Over.Message, ready.Message, StringComparison.Ordinal);
        Assert.InRange(ready.Message.Length, 50, 1000);
        Assert.All(world.Events, e => Assert.InRange(e.Message.Length, 1, 1024));
    }
}
