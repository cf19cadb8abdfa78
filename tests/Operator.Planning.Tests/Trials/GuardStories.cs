using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>A report's <c>"stop"</c>: a guard of the worker's own tripped.</summary>
public sealed class GuardStories
{
    private const string Stop = """{"ok":3,"failed":1,"stop":"prices fell by 90 %"}""";
    private readonly World _world;
    private readonly List<string> _order;

    public GuardStories()
    {
        _world = A.TrialWorld(
            8,
            s =>
                s with
                {
                    Steps = A.Steps("50%", "100%"),
                    Evidence = new EvidenceMinima { MinRuns = 1000 },
                }
        );
        _world.ShipImage(A.Better);
        _world.Step();
        _order = [.. _world.Attempt!.Order];
        Assert.Equal(4, _world.Attempt.Cohort);
    }

    [Fact]
    public void Two_stores_of_the_candidate_end_the_attempt()
    {
        _world.Versions[A.Better] = Stops(_order[1], _order[2]);

        _world.Until(w => w.IsOver);

        Assert.Equal((AttemptOutcome.RolledBack, Reasons.GuardTripped), (_world.Over.Outcome, _world.Over.Reason));
        Assert.Contains("prices fell by 90 %", _world.Over.Message);
        Assert.Contains(_world.Events, e => e is { Reason: Reasons.GuardTripped, IsWarning: true });
    }

    [Fact]
    public void Under_pause_it_pauses_the_attempt()
    {
        _world.SetRollout(s => s with { OnFailure = FailurePolicy.Pause });
        _world.Versions[A.Better] = Stops(_order[1], _order[2]);

        _world.Until(w => w.Attempt?.PausedOn is not null);

        Assert.Equal(Reasons.GuardTripped, _world.Attempt!.PausedOn!.Reason);
    }

    [Fact]
    public void Two_stores_may_say_it_on_different_occasions()
    {
        var said = 0;
        _world.Until(w => w.Attempt is { HasStarted: true });
        _world.Watch(
            TrialWorlds.Long,
            w =>
            {
                if (w.IsOver)
                {
                    return;
                }
                said = w.Attempt!.Guards.GetValueOrDefault("orders")?.Stores.Length ?? 0;
                _world.Versions[A.Better] = Stops(said == 0 ? _order[1] : _order[2]);
                _world.Versions[A.Good] = new Behaviour { Skips = _order[1] };
            }
        );

        Assert.Equal(Reasons.GuardTripped, _world.OverReason);
    }

    /// <summary>Stable leaves the store out until the test lets it run there.</summary>
    [Fact]
    public void The_only_store_ends_it_once_stable_has_run_there_afterwards()
    {
        _world.Versions[A.Better] = Stops(_order[1]);
        _world.Versions[A.Good] = new Behaviour { Skips = _order[1] };
        _world.Until(w => w.Attempt!.Guards.Count > 0);
        _world.Run(TimeSpan.FromMinutes(3));
        Assert.NotNull(_world.Attempt);

        _world.Versions[A.Good] = new Behaviour();
        _world.Until(w => w.IsOver);

        Assert.Equal(Reasons.GuardTripped, _world.Over.Reason);
    }

    [Fact]
    public void What_stable_says_too_inside_the_cohort_is_not_the_candidates()
    {
        _world.Both(Stops(_order[1], _order[2]));

        _world.Run(TimeSpan.FromMinutes(5));

        Assert.NotNull(_world.Attempt);
        Assert.True(_world.Attempt.Guards["orders"].IsOnStable);
        Assert.NotEqual(Reasons.GuardTripped, _world.Verdict.Reason);
    }

    [Fact]
    public void What_stable_says_too_outside_the_cohort_is_not_the_candidates()
    {
        _world.Versions[A.Better] = Stops(_order[1], _order[2]);
        _world.Versions[A.Good] = Stops(_order[7]);

        _world.Run(TimeSpan.FromMinutes(3));

        Assert.NotEqual(Reasons.GuardTripped, _world.OverReason);
    }

    /// <summary>Runs outside are not awaited, so the occasion is settled before they say it.</summary>
    [Fact]
    public void What_stable_says_outside_after_the_occasion_was_settled_counts_for_the_next_one()
    {
        var said = false;
        _world.SetFlow(f => f with { Timeout = new Duration("60s") });
        _world.Until(w => w.Attempt is { HasStarted: true });
        _world.ToSlot();
        _world.Versions[A.Good] = Stops(_order[7]) with { Slow = _order[7] };
        _world.Watch(
            TimeSpan.FromMinutes(4),
            w =>
            {
                said |= w.Ended.Exists(e =>
                    e.Entry.Arm == Arm.Stable && e.Ending.Reports.Any(r => r?.Stop is not null)
                );
                _world.Versions[A.Better] = said ? Stops(_order[1], _order[2]) : new Behaviour();
            }
        );

        Assert.True(said);
        Assert.NotEqual(Reasons.GuardTripped, _world.OverReason);
    }

    [Fact]
    public void On_stable_without_an_attempt_it_is_a_condition_and_the_store_runs_at_its_next_due_time()
    {
        var world = A.TrialWorld(8);
        world.SetFlow(f => f with { Retries = 3 });
        world.Versions[A.Good] = Stops("store-0003");
        world.ToSlot();
        world.Runs.Clear();

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Contains(
            world.Last.ConnectorStatus.Conditions,
            c => c is { Type: Reasons.StoresFailing, Status: "True", Reason: Reasons.GuardTripped }
        );
        Assert.Contains(world.Events, e => e.Reason == Reasons.GuardTripped);
        Assert.Equal(3, world.Runs.Count(r => r.Print.Stores.Contains("store-0003")));
        Assert.Empty(world.Record.Attempts.History);
    }

    /// <summary>Three items went well, so it has authenticated: the guard is what is told, and it pauses for no credentials.</summary>
    [Fact]
    public void A_store_that_stops_beside_an_item_that_was_refused_pauses_for_no_credentials()
    {
        var world = A.TrialWorld(8);
        world.Versions[A.Good] = new Behaviour
        {
            Says = s => s == "store-0003" ? """{"ok":3,"failed":1,"e":{"a":1},"stop":"prices fell"}""" : null,
        };
        world.ToSlot();
        world.Runs.Clear();

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(3, world.Runs.Count(r => r.Print.Stores.Contains("store-0003")));
        Assert.Contains(
            world.Last.ConnectorStatus.Conditions,
            c => c is { Type: Reasons.StoresFailing, Status: "True", Reason: Reasons.GuardTripped }
        );
    }

    [Fact]
    public void A_store_that_stops_and_says_more_is_not_run_again_at_once()
    {
        var world = A.TrialWorld(8);
        world.Versions[A.Good] = new Behaviour
        {
            Says = s => s == "store-0003" ? """{"ok":3,"failed":0,"more":true,"stop":"enough"}""" : null,
        };
        world.ToSlot();
        world.Runs.Clear();

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(3, world.Runs.Count(r => r.Print.Stores.Contains("store-0003")));
    }

    [Fact]
    public void The_store_counts_as_wholly_failed()
    {
        _world.Both(Stops([.. _order]));

        _world.Until(w => w.Trial().Candidate.Runs > 0 && w.Trial().Stable.Runs > 0 || w.Trial().IsInTrouble);
        _world.Run(TimeSpan.FromMinutes(1));

        // On both arms alike: an outage.
        Assert.Equal(("Hold", Reasons.Outage), _world.Verdict);
    }

    [Fact]
    public void A_new_step_forgets_what_was_said()
    {
        _world.SetRollout(s =>
            s with
            {
                Evidence = new EvidenceMinima { MinRuns = 2, MinItems = 1 },
            }
        );
        _world.SetRollout(s =>
            s with
            {
                Steps =
                [
                    .. s.Steps.Select(step =>
                        step with
                        {
                            Evidence = new StepMinima { MinRuns = step.Stores.Text == "50%" ? 12 : 1000 },
                        }
                    ),
                ],
                Analysis = new AnalysisLimits { MaxErrorRate = new Percent("100%") },
            }
        );
        var first = _order[1];
        _world.Versions[A.Good] = new Behaviour { Skips = first };
        _world.Versions[A.Better] = Stops(first);
        _world.Until(w => w.Attempt!.Guards.Count > 0);
        _world.Both(new Behaviour { Skips = first });
        _world.Until(w => w.Attempt is { Step: 1 }, TimeSpan.FromMinutes(40));
        Assert.Empty(_world.Attempt!.Guards);

        var second = _order[2];
        _world.Versions[A.Better] = Stops(second);
        _world.Versions[A.Good] = new Behaviour { Skips = second };
        _world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal([second], _world.Attempt.Guards["orders"].Stores);
        Assert.NotNull(_world.Attempt);
    }

    private static Behaviour Stops(params string[] stores) =>
        new() { Says = s => stores.Contains(s, StringComparer.Ordinal) ? Stop : WorkerReport.Store(10) };
}
