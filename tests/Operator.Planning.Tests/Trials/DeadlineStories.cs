using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>What the clock of the evidence counts, and what an edit in flight does to a step's needs and its deadline.</summary>
public sealed class DeadlineStories
{
    private static readonly Behaviour Sick = new() { Ok = 0, Failed = 10 };

    /// <summary>The evidence sufficed in time, and the step only dwells; then the marketplace has an outage, which convicts nobody.</summary>
    [Fact]
    public void An_outage_after_the_evidence_sufficed_rolls_nothing_back()
    {
        var world = Dwelling(OnDeadline.Rollback);

        world.Both(Sick);
        world.Watch(
            TimeSpan.FromMinutes(5),
            w => Assert.False(w.IsOver, $"{w.OverReason}: {string.Join(';', w.Record.Attempts.History)}")
        );

        Assert.Equal(("Hold", Reasons.Outage), world.Verdict);
        Assert.DoesNotContain("its deadline", world.Message, StringComparison.Ordinal);
        world.Both(new Behaviour());
        world.Until(w => w.IsPromoted, TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void A_step_that_only_dwells_has_no_deadline_that_runs()
    {
        var world = Dwelling(OnDeadline.Hold);

        Assert.Null(world.Last.RolloutStatus!.Attempt!.DeadlineAt);
        Assert.InRange(world.Attempt!.Waited, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_step_that_waits_for_evidence_tells_its_deadline()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinItems = 100_000 } });
        world.Try();
        world.Run(TimeSpan.FromMinutes(1));

        var status = world.Last.RolloutStatus!.Attempt!;

        Assert.InRange(status.DeadlineAt!.Value - world.Now, TimeSpan.FromHours(23.9), TimeSpan.FromHours(24));
    }

    /// <summary>After the evidence sufficed a hold goes on with the time that was waited before.</summary>
    [Fact]
    public void A_hold_that_comes_after_the_evidence_sufficed_waits_for_its_own_time()
    {
        var world = Dwelling(OnDeadline.Rollback);
        world.SetRollout(s => s with { Evidence = new EvidenceMinima { MinItems = 1_000_000 } });

        world.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(("Hold", Reasons.TooLittleEvidence), world.Verdict);
        world.Until(w => w.IsOver, TimeSpan.FromMinutes(3));

        Assert.Equal((AttemptOutcome.RolledBack, Reasons.EvidenceDeadline), (world.Over.Outcome, world.Over.Reason));
    }

    /// <summary>25,000 due times of ten seconds are 69 hours: the default deadline of a day would roll back a good version.</summary>
    [Fact]
    public void Needs_and_default_deadline_follow_an_edit_of_the_minima()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Try();
        Assert.Equal(TimeSpan.FromHours(24), world.Attempt!.DefaultDeadline);

        world.SetRollout(s => s with { Evidence = new EvidenceMinima { MinRuns = 100_000 } });
        world.Run(TimeSpan.FromSeconds(2));

        Assert.Contains("100000 runs of each arm", world.Last.RolloutStatus!.Attempt!.Needs, StringComparison.Ordinal);
        Assert.InRange(world.Attempt.DefaultDeadline, TimeSpan.FromHours(130), TimeSpan.FromHours(150));
        Assert.Equal(1, world.Attempt.Stage);
    }

    /// <summary>One item a store: 100,000 of the candidate take 25,000 due times. Nobody knows that before stable has run.</summary>
    [Fact]
    public void Needs_and_default_deadline_reckon_with_stables_volume_in_the_first_step_too()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinItems = 100_000 } });
        world.Versions[A.Good] = new Behaviour { Ok = 1 };
        world.Try(new Behaviour { Ok = 1 });
        Assert.Equal(TimeSpan.FromHours(24), world.Attempt!.DefaultDeadline);

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Contains("100000 items of the candidate", world.Attempt!.Needs, StringComparison.Ordinal);
        Assert.InRange(world.Attempt.DefaultDeadline, TimeSpan.FromHours(120), TimeSpan.FromHours(160));
        var needs = world.Attempt.Needs;
        world.Run(TimeSpan.FromMinutes(3));
        Assert.Equal(needs, world.Attempt.Needs);
    }

    [Fact]
    public void The_default_deadline_follows_an_edit_of_the_dwell()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Try();

        world.SetRollout(s => s with { Steps = [s.Steps[0] with { MinDuration = new Duration("48h") }] });
        world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromHours(96), world.Attempt!.DefaultDeadline);
    }

    [Fact]
    public void Needs_and_default_deadline_follow_an_edit_of_the_schedule()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Try();

        world.SetFlow(f => f with { Schedule = "@every 30m", StartingDeadline = new Duration("2m") });
        world.Run(TimeSpan.FromSeconds(2));

        // 250 due times with eight runs each, half an hour apart, twice.
        Assert.Contains("every 30m", world.Attempt!.Needs, StringComparison.Ordinal);
        Assert.InRange(world.Attempt.DefaultDeadline, TimeSpan.FromHours(250), TimeSpan.FromHours(270));
    }

    /// <summary>What is the same is no edit: nothing is written anew.</summary>
    [Fact]
    public void An_edit_that_changes_nothing_of_the_step_needs_no_commit()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } });
        world.Try();
        world.Run(TimeSpan.FromSeconds(21));
        var before = world.Attempt!;

        world.SetRollout(s => s with { Deadlines = new Deadlines { Evidence = new Duration("2000h") } });
        var plan = world.Step();

        Assert.Equal((before.Needs, before.DefaultDeadline), (world.Attempt!.Needs, world.Attempt.DefaultDeadline));
        Assert.DoesNotContain("needs", plan.Because, StringComparison.Ordinal);
    }

    /// <summary>It began without needs and a deadline, so it would have the shortest one.</summary>
    [Fact]
    public void An_attempt_that_an_operator_without_coins_began_gets_needs_and_a_deadline()
    {
        var world = A.TrialWorld(
            8,
            s => s with { Steps = [A.Steps("100%")[0] with { MinDuration = new Duration("48h") }] }
        );
        world.Try();
        world.Edit(record =>
            record with
            {
                Trials = TrialBook.None,
                Attempts = record.Attempts with
                {
                    Current = record.Attempts.Current! with
                    {
                        Salt = "",
                        JudgedFlows = [],
                        Needs = "",
                        NeedsOf = "",
                        DefaultDeadline = new Attempt().DefaultDeadline,
                    },
                },
            }
        );

        world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromHours(96), world.Attempt!.DefaultDeadline);
        Assert.NotEmpty(world.Attempt.Needs);
    }

    /// <summary>
    /// Its evidence sufficed within the deadline of a minute, and two minutes of its dwell of ten are over.
    /// </summary>
    private static World Dwelling(OnDeadline what)
    {
        var world = A.TrialWorld(
            8,
            s =>
                s with
                {
                    Steps = [A.Steps("100%")[0] with { MinDuration = new Duration("10m") }],
                    Evidence = new EvidenceMinima { MinRuns = 4, MinItems = 20 },
                    Deadlines = new Deadlines { Evidence = new Duration("1m"), OnDeadline = what },
                }
        );
        world.Try();
        world.Until(w => w.Verdict.Reason == Reasons.MinDuration, TimeSpan.FromSeconds(50));
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(("Hold", Reasons.MinDuration), world.Verdict);
        return world;
    }
}
