using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>The share of the cohort's runs that stay on stable, and edits while an attempt runs.</summary>
public sealed class ControlStories
{
    private static readonly EvidenceMinima Endless = new() { MinRuns = 100_000 };

    [Fact]
    public void Without_control_two_stores_stay_on_stable_until_the_promotion_each_alone()
    {
        var world = WithoutControl(12);
        world.SetRollout(s => s with { Evidence = Endless });
        world.Try();
        world.ToSlot();
        world.Runs.Clear();
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(10, world.Attempt!.Cohort);
        Assert.Empty(world.Coins());
        var kept = world.Attempt.Order[^2..];
        Assert.All(
            world.Runs.Where(r => r.Arm == Arm.Stable),
            r => Assert.Contains(Assert.Single(r.Print.Stores), kept)
        );
        Assert.Equal(
            10,
            world.Runs.Where(r => r.Arm == Arm.Candidate).SelectMany(r => r.Print.Stores).Distinct().Count()
        );
        Assert.Contains("there is no proof", world.Message, StringComparison.Ordinal);
        Assert.Equal("", world.Last.RolloutStatus!.Attempt!.Evidence);
        world.SetRollout(s => s with { Evidence = A.Rollout().Spec.Evidence });
        world.Until(w => w.IsPromoted);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(4, 2)]
    public void Of_three_stores_or_fewer_none_stays(int stores, int cohort)
    {
        var world = WithoutControl(stores);
        world.Try();

        Assert.Equal(cohort, world.Attempt?.Cohort);
        world.Until(w => w.IsPromoted);
    }

    /// <summary>Two stores stay on stable, so the cohort has fewer stores than the last step's share: it is no step to be taken again.</summary>
    [Fact]
    public void Without_control_an_edit_of_the_last_step_is_not_a_step_more()
    {
        var world = WithoutControl(12);
        world.SetRollout(s => s with { Evidence = Endless });
        world.Try();
        world.SetRollout(s =>
            s with
            {
                Evidence = A.Rollout().Spec.Evidence,
                Steps = [s.Steps[0] with { MinDuration = new Duration("30s") }],
            }
        );

        world.Until(w => w.IsPromoted);

        Assert.DoesNotContain(world.Events, e => e.Reason == Reasons.StepStarted);
    }

    [Fact]
    public void Without_control_an_outage_holds()
    {
        var world = WithoutControl(12);
        world.Try();
        world.Both(new Behaviour { Ok = 0, Failed = 10 });

        world.Watch(TimeSpan.FromMinutes(3), w => Assert.False(w.IsOver, $"{w.Now:mm:ss} {w.Trial()}\n{w.Story}"));

        Assert.Equal(("Hold", Reasons.Outage), world.Verdict);
        world.Both(new Behaviour());
        world.Until(w => w.IsPromoted);
    }

    [Fact]
    public void Without_control_a_bad_version_is_over_the_limit()
    {
        var world = WithoutControl(12);
        world.Try(new Behaviour { Ok = 5, Failed = 5 });

        world.Until(w => w.IsOver);

        Assert.Equal((AttemptOutcome.RolledBack, Reasons.OverLimit), (world.Over.Outcome, world.Over.Reason));
        Assert.Contains("no proof", world.Over.Message, StringComparison.Ordinal);
    }

    /// <summary>All stores run stable meanwhile, and all but two are of the cohort.</summary>
    [Fact]
    public void Without_control_a_refused_candidate_splits_no_runs_of_stable()
    {
        var world = WithoutControl(40);
        world.SetRollout(s => s with { Evidence = Endless });
        world.Try();
        world.Versions[A.Better] = new Behaviour { Rejects = _ => null, CanStart = false };
        world.Until(w => w.Attempt is { Refusal: not null });
        world.ToSlot();
        world.Runs.Clear();
        world.Run(TimeSpan.FromSeconds(9));

        Assert.InRange(world.Runs.Count(r => r.Arm == Arm.Stable), 1, 10);
    }

    [Fact]
    public void An_edit_of_control_acts_on_the_next_coins()
    {
        var world = A.TrialWorld(40, s => s with { Evidence = Endless, Analysis = With(s.Analysis, "90%") });
        world.Try();
        world.ToSlot();
        world.Run(TimeSpan.FromMinutes(1));
        Assert.InRange(CandidateShare(world), 0.0, 0.25);

        world.SetRollout(s => s with { Analysis = With(s.Analysis, "10%") });
        world.ToSlot();
        world.Runs.Clear();
        world.Run(TimeSpan.FromMinutes(1));

        Assert.InRange(CandidateShare(world), 0.75, 1.0);
        Assert.Equal(0.9m, world.Coins().Last().Entry.Coin!.CandidateShare);
    }

    [Theory]
    [InlineData("50%", "0%", true)]
    [InlineData("0%", "50%", false)]
    public void From_or_to_no_control_it_acts_on_the_next_attempt(string from, string to, bool flips)
    {
        var world = A.TrialWorld(12, s => s with { Evidence = Endless, Analysis = With(s.Analysis, from) });
        world.Try();
        world.SetRollout(s => s with { Analysis = With(s.Analysis, to) });
        world.ToSlot();
        world.Runs.Clear();

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(flips, world.Coins().Any());
        Assert.Equal(flips, world.Last.RolloutStatus!.Attempt!.Evidence.Length > 0);
        world.ShipImage(A.Bad);
        world.Until(w => w.Attempt is { Number: 2, HasStarted: true });
        world.ToSlot();
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(!flips, world.Coins().Any(c => c.Entry.Coin!.Attempt == 2));
    }

    [Fact]
    public void An_edit_of_the_rate_of_false_aborts_acts_on_the_next_attempt()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = Endless });
        world.Try();
        world.SetRollout(s => s with { Analysis = s.Analysis with { FalseAbortRate = new Percent("10%") } });
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(0.01m, world.Attempt!.FalseAbortRate);

        world.ShipImage(A.Bad);
        world.Until(w => w.Attempt is { Number: 2 });

        Assert.Equal(0.1m, world.Attempt.FalseAbortRate);
    }

    [Fact]
    public void Other_limits_act_from_the_next_verdict()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 8 } });
        world.Try(new Behaviour { Ok = 19 });
        world.Until(w => w.Verdict == ("Hold", Reasons.DoesMore));
        world.Run(TimeSpan.FromMinutes(1));

        world.SetRollout(s => s with { Analysis = s.Analysis with { MaxVolumeDrop = new Percent("95%") } });

        world.Until(w => w.IsPromoted, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Under_pause_a_failed_attempt_flips_no_more_coins()
    {
        var world = A.TrialWorld(8, s => s with { OnFailure = FailurePolicy.Pause });
        world.Try(new Behaviour { Ok = 0, Failed = 10 });
        world.Until(w => w.Attempt is { PausedOn: not null });
        var last = world.Record.Plan("orders").Occasions[^1].Slot;

        world.Run(TimeSpan.FromMinutes(2));

        Assert.NotNull(world.Attempt!.PausedOn);
        Assert.DoesNotContain(world.Coins(), c => c.Occasion.Slot > last);
        Assert.DoesNotContain(world.Runs, r => r.Arm == Arm.Candidate && r.At > last + TimeSpan.FromSeconds(10));
    }

    /// <summary>It has no salt, no judged flows and no trials; its runs of before have no coins.</summary>
    [Fact]
    public void An_attempt_that_an_operator_without_coins_began_gets_them()
    {
        var world = A.TrialWorld(8, s => s with { Steps = A.Steps("50%", "100%") });
        world.Try();
        world.Run(TimeSpan.FromSeconds(25));
        world.Edit(record =>
            record with
            {
                Trials = TrialBook.None,
                Attempts = record.Attempts with
                {
                    Current = record.Attempts.Current! with { Salt = "", JudgedFlows = [], WaitMark = default },
                },
                Plans = record.Plans.SetItem(
                    "orders",
                    record.Plan("orders") with
                    {
                        Occasions =
                        [
                            .. record
                                .Plan("orders")
                                .Occasions.Select(o =>
                                    o with
                                    {
                                        IsSettled = false,
                                        Entries = [.. o.Entries.Select(e => e with { Coin = null, Counts = "" })],
                                    }
                                ),
                        ],
                    }
                ),
            }
        );

        world.Step();

        Assert.Equal(16, world.Attempt!.Salt.Length);
        Assert.Equal(["orders"], world.Attempt.JudgedFlows);
        Assert.Equal(1, world.Trial().Evidence);
        Assert.InRange(world.Attempt.Waited, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        world.Until(w => w.IsPromoted);
    }

    private static AnalysisLimits With(AnalysisLimits limits, string control) =>
        limits with
        {
            Control = new Percent(control),
        };

    private static World WithoutControl(int stores) =>
        A.TrialWorld(stores, s => s with { Analysis = With(s.Analysis, "0%") });

    private static double CandidateShare(World world) =>
        world.Coins().Average(c => c.Entry.Arm == Arm.Candidate ? 1.0 : 0.0);
}
