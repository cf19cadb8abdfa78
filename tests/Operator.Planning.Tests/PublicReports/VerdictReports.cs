using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.Trials;

namespace Operator.Planning.Tests.PublicReports;

/// <summary>Reports of users of other systems about verdicts: what came out, and what should have.</summary>
public sealed class VerdictReports
{
    private static readonly Behaviour Nothing = new() { Ok = 0 };
    private static readonly Behaviour AllFail = new() { Ok = 0, Failed = 10 };

    /// <summary>
    /// The analysis failed, and a later success in the same run covered it: the bad version was promoted. Here a slow store makes several due
    /// times be settled at once, the first of which proves the failure and the later ones speak for the candidate.
    /// https://github.com/argoproj/argo-rollouts/issues/1411
    /// </summary>
    [Fact]
    public void Proof_is_not_covered_by_later_due_times_that_are_settled_with_it()
    {
        var slow = A.SellerName(4);
        var flow = A.Flow() with { Timeout = new Duration("60s"), StartingDeadline = new Duration("5s") };
        Behaviour Slowly(Behaviour behaviour) => behaviour with { Slow = slow, Duration = TimeSpan.FromSeconds(5) };
        var seen = 0;
        for (var badDueTimes = 2; badDueTimes <= 6; badDueTimes++)
        {
            var world = A.SellerWorld(
                4,
                s =>
                    s with
                    {
                        Evidence = new EvidenceMinima { MinRuns = 1000 },
                        Analysis = s.Analysis with { FalseAbortRate = new Percent("5%") },
                    },
                flow
            );
            world.Versions[A.Good] = Slowly(new Behaviour());
            world.Try(Slowly(AllFail));
            world.Run(TimeSpan.FromSeconds(10 * badDueTimes), w => w.IsOver);
            (world.Versions[A.Good], world.Versions[A.Better]) = (Slowly(AllFail), Slowly(new Behaviour()));
            world.Watch(
                TimeSpan.FromSeconds(90),
                w =>
                    Assert.False(
                        w.Attempt is not null && w.Trial().Past.Any(e => e >= 20),
                        $"{badDueTimes} bad due times: {w.Verdict} {string.Join(", ", w.Trial().Past)}"
                    )
            );
            seen += world.OverReason == Reasons.WorseThanStable ? 1 : 0;
        }
        Assert.InRange(seen, 1, 4);
    }

    /// <summary>
    /// Once there were metrics, their absence was no longer noticed and the canary went on.
    /// https://github.com/fluxcd/flagger/issues/1011
    /// </summary>
    [Fact]
    public void Data_of_an_earlier_step_is_no_data_of_this_one()
    {
        var world = A.SellerWorld(7, s => s with { Steps = A.Steps("3", "100%") });
        world.Ship(A.Better, new Behaviour());
        world.Until(w => w.Attempt is { Step: 1 });

        world.Both(Nothing);
        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(("Hold", Reasons.TooLittleEvidence), world.Verdict);
        Assert.Contains("items on the candidate", world.Message, StringComparison.Ordinal);
        world.Both(new Behaviour());
        world.Until(w => w.IsPromoted);
    }

    /// <summary>
    /// Without traffic the analysis failed and the release was taken back; wanted was to wait until there is data.
    /// https://github.com/argoproj/argo-rollouts/issues/1905 and https://github.com/fluxcd/flagger/issues/1035
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_night_without_orders_takes_no_version_back(int stores)
    {
        var world = A.SellerWorld(stores);
        world.Both(Nothing);
        world.Ship(A.Better, Nothing);

        world.Run(TimeSpan.FromMinutes(20));

        Assert.Equal(("Hold", Reasons.TooLittleEvidence), world.Verdict);
        world.Both(new Behaviour());
        world.Until(w => w.IsPromoted);
    }

    /// <summary>
    /// Stable has no errors at all, so there was nothing to compare with and the canary's errors passed.
    /// https://github.com/spinnaker/kayenta/issues/377 and https://github.com/spinnaker/spinnaker/issues/5622
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Errors_where_stable_never_had_one_are_errors(int stores)
    {
        var world = A.SellerWorld(stores);
        world.Ship(A.Better, new Behaviour { Ok = 9, Failed = 1 });

        world.Until(w => w.IsOver);

        Assert.Equal((AttemptOutcome.RolledBack, Reasons.WorseThanStable), (world.Over.Outcome, world.Over.Reason));
    }

    /// <summary>
    /// The control has no data and the canary has: the analysis can't say anything, and must not pass.
    /// https://github.com/spinnaker/kayenta/issues/799
    /// </summary>
    [Fact]
    public void Errors_where_stable_has_no_items_never_pass()
    {
        var world = A.SellerWorld(7);
        world.Versions[A.Good] = Nothing;
        world.Run(TimeSpan.FromMinutes(1));
        world.Ship(A.Better, new Behaviour { Ok = 7, Failed = 3 });

        world.Run(TimeSpan.FromMinutes(20));

        Assert.False(world.IsPromoted);
        Assert.True(world.IsOver || world.Verdict.Kind == "Hold", $"{world.Verdict}");
    }

    /// <summary>
    /// An indicator without data was left out of the objectives, so the others decided and the evaluation passed.
    /// https://github.com/keptn-contrib/dynatrace-service/issues/609
    /// </summary>
    [Fact]
    public void A_flow_without_items_is_not_left_out()
    {
        var world = A.SellerWorld(7, null, A.Flow(), A.Flow("prices"));
        world.Both(new Behaviour());
        world.Ship(A.Better, new Behaviour());
        world.SetRollout(s => s with { Evidence = s.Evidence with { MinItems = 50 } });
        world.Run(TimeSpan.FromSeconds(15));
        Assert.NotNull(world.Attempt);

        world.Both(Nothing);
        world.Run(TimeSpan.FromMinutes(3));

        Assert.False(world.IsPromoted);
    }

    /// <summary>
    /// Branches of 95 to 5 were called a mismatch, because the check expected equal ones.
    /// https://github.com/mozilla/experimenter/issues/16010
    /// </summary>
    [Theory]
    [InlineData("10%")]
    [InlineData("90%")]
    public void Arms_of_unequal_size_that_lose_runs_alike_are_no_mismatch(string control)
    {
        var world = Losing(control);

        AssertNoMismatch(world);
    }

    /// <summary>
    /// The split was changed in the middle of an experiment, and all that came before was called a mismatch.
    /// https://github.com/PostHog/posthog/issues/43804
    /// </summary>
    [Fact]
    public void A_share_that_is_edited_is_no_mismatch()
    {
        var world = Losing("10%");
        AssertNoMismatch(world);

        world.SetRollout(s => s with { Analysis = s.Analysis with { Control = new Percent("90%") } });

        AssertNoMismatch(world);
    }

    /// <summary>
    /// The analysis was inconclusive, and the rollout was promoted when its pause was over.
    /// https://github.com/argoproj/argo-rollouts/issues/3850
    /// </summary>
    [Fact]
    public void An_open_question_does_not_pass_when_the_time_of_the_step_is_over()
    {
        var world = A.SellerWorld(
            7,
            s => s with { Steps = [A.Steps("100%")[0] with { MinDuration = new Duration("2m") }] }
        );
        world.Ship(A.Better, new Behaviour { Ok = 25 });

        world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(("Hold", Reasons.DoesMore), world.Verdict);
        Assert.InRange(world.Attempt!.Dwelled, TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(10));
    }

    /// <summary>
    /// While the canary waited for something else, a breached threshold was told and nothing was rolled back.
    /// https://github.com/fluxcd/flagger/issues/1801
    /// </summary>
    [Fact]
    public void A_proven_failure_ends_an_attempt_that_waits_for_something_else()
    {
        var nightly = A.Flow("prices") with { Schedule = "0 3 * * *", TimeZone = "Europe/Berlin" };
        var world = A.SellerWorld(7, null, A.Flow(), nightly);
        world.Ship(A.Better, new Behaviour());
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(Reasons.FlowNotSeen, world.Verdict.Reason);

        world.Versions[A.Better] = AllFail;
        world.Until(w => w.IsOver, TimeSpan.FromMinutes(3));

        Assert.Equal((AttemptOutcome.RolledBack, Reasons.WorseThanStable), (world.Over.Outcome, world.Over.Reason));
    }

    /// <summary>
    /// Measurements that were broken off counted as successes.
    /// https://github.com/argoproj/argo-rollouts/issues/1329 and https://github.com/argoproj/argo-rollouts/issues/2158
    /// </summary>
    [Fact]
    public void Runs_that_people_delete_are_neither_good_nor_bad()
    {
        var world = A.SellerWorld(
            7,
            s =>
                s with
                {
                    Evidence = new EvidenceMinima { MinRuns = 12, MinItems = 1 },
                }
        );
        world.Both(new Behaviour { Duration = TimeSpan.FromSeconds(5) });
        world.Ship(A.Better, new Behaviour { Duration = TimeSpan.FromSeconds(5) });
        world.ToSlot();
        world.Run(TimeSpan.FromSeconds(9));
        var before = world.Trial();

        for (var i = 0; i < 12; i++)
        {
            world.Run(TimeSpan.FromSeconds(4));
            world.DeleteAllPods();
            world.Run(TimeSpan.FromSeconds(6));
        }

        Assert.NotNull(world.Attempt);
        Assert.InRange(world.Trial().Evidence, before.Evidence * 0.99, before.Evidence * 1.01);
        Assert.InRange(world.Trial().Candidate.Runs - before.Candidate.Runs, 0, 8);
    }

    /// <summary>Two of seven stores are rejected by their kubelet each time, whatever they run.</summary>
    private static World Losing(string control)
    {
        var world = A.SellerWorld(
            7,
            s =>
                s with
                {
                    Evidence = new EvidenceMinima { MinRuns = 10_000 },
                    Analysis = s.Analysis with { Control = new Percent(control) },
                }
        );
        var lost = new[] { A.SellerName(2), A.SellerName(5) };
        world.Ship(A.Better, new Behaviour());
        world.Both(new Behaviour { Rejects = s => lost.Contains(s) ? "OutOfcpu" : null });
        return world;
    }

    private static void AssertNoMismatch(World world) =>
        world.Watch(TimeSpan.FromMinutes(12), w => Assert.NotEqual(Reasons.LosesRuns, w.Verdict.Reason));
}
