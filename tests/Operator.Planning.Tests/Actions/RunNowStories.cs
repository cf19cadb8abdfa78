using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Actions;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Actions;

public sealed class RunNowStories
{
    private readonly World _world = A.SettledWorld();

    [Fact]
    public void Named_stores_run_at_once_beside_the_schedule()
    {
        Quiet();

        _world.Do("now", A.RunNow("orders", "store-003", "store-007"));
        _world.Step();

        var run = Assert.Single(_world.Runs);
        Assert.Equal(["store-003", "store-007"], run.Print.Stores);
        Assert.Equal($"n{ActionTokens.Of(_world.Actions[0])}", run.Print.Occasion);
        Assert.Equal(_world.Now, run.At);
    }

    [Fact]
    public void Status_says_how_many_run_by_when()
    {
        _world.Do("now", A.RunNow("orders", "store-003"));

        _world.Step();

        var status = _world.StatusOf("now");
        Assert.Equal("Applied", status.State);
        Assert.Equal(_world.Now, status.At);
        Assert.Equal(1, status.ObservedGeneration);
        Assert.StartsWith(
            "1 stores are to run in flows 'orders', each to start by 2026-11-24T12:",
            status.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(["Ready"], status.Conditions.Select(c => c.Type));
        Assert.Contains(_world.Events, e => e.Reason == Reasons.RunNow && e.Target == EventTarget.Connector);
    }

    [Fact]
    public void Without_flow_and_stores_every_store_runs_in_every_flow()
    {
        _world.Connector = WithFlows(A.Flow(), A.Flow("prices"));
        Quiet();

        _world.Do("now", A.RunNow());
        _world.Run(TimeSpan.FromSeconds(8));

        foreach (var flow in new[] { "orders", "prices" })
        {
            var stores = _world.Runs.Where(r => r.Print.Flow == flow && IsRunNow(r)).SelectMany(r => r.Print.Stores);
            Assert.Equal(40, stores.Distinct().Count());
        }
    }

    [Fact]
    public void Worker_is_told_why_and_since_when_to_do_it_again()
    {
        Quiet();
        _world.Do("now", A.RunNow("orders", "store-003") with { Since = new Instant("2026-11-24T08:00:00+08:00") });

        var plan = _world.Step();

        var pod = Assert.Single(plan.Changes.OfType<Change.CreatePod>()).Pod;
        var file = JsonSerializer.Deserialize(pod.Annotations[PodMarks.Run], RunJson.Default.RunFile)!;
        Assert.Equal("RunNow", file.Reason);
        Assert.Equal("2026-11-24T00:00:00Z", Assert.Single(file.Stores).RedoFrom);
    }

    /// <summary>The year 1 is the zero value of a time; a worker that took it at its word would read everything since then.</summary>
    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("2024-11-24T00:00:00Z")]
    public void Since_reaches_back_730_days_at_most_and_the_status_says_so(string since)
    {
        Quiet();
        _world.Do("now", A.RunNow("orders", "store-003") with { Since = new Instant(since) });

        var plan = _world.Step();

        var pod = Assert.Single(plan.Changes.OfType<Change.CreatePod>()).Pod;
        var file = JsonSerializer.Deserialize(pod.Annotations[PodMarks.Run], RunJson.Default.RunFile)!; // the operator wrote it
        var earliest = UtcText.Of(_world.Now - TimeSpan.FromDays(730));
        Assert.Equal(earliest, Assert.Single(file.Stores).RedoFrom);
        Assert.StartsWith(
            $"since is more than 730 days ago, so work is redone from {earliest}; 1 stores are to run",
            _world.StatusOf("now").Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Since_of_less_than_730_days_ago_is_taken_as_it_is()
    {
        Quiet();
        _world.Do("now", A.RunNow("orders", "store-003") with { Since = new Instant("2024-11-26T00:00:00Z") });

        _world.Step();

        Assert.StartsWith("1 stores are to run", _world.StatusOf("now").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_runs_already_waits_for_its_run()
    {
        _world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        _world.Run(TimeSpan.FromSeconds(15), until: w => w.HasLivePods);

        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Run(TimeSpan.FromSeconds(12));

        ExpectNeverTwiceAtOnce();
        Assert.Contains(_world.Runs, IsRunNow);
    }

    [Fact]
    public void It_ends_pauses_of_stores_that_could_not_authenticate()
    {
        _world.Versions[A.Good] = new Behaviour { LockedOut = ["store-003"] };
        _world.Run(TimeSpan.FromSeconds(15));
        Assert.True(_world.Record.Pauses.Auth.ContainsKey("store-003"));
        _world.Versions[A.Good] = new Behaviour();

        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Run(TimeSpan.FromSeconds(5));

        Assert.Single(_world.Runs, IsRunNow);
        Assert.Empty(_world.Record.Pauses.Auth);
    }

    [Fact]
    public void What_cannot_start_by_its_deadline_is_counted_and_is_no_missed_slot()
    {
        // The schedule is every 5 minutes, and each run lasts longer than the deadline of 20 s.
        _world.Connector = WithFlows(A.Flow() with { Schedule = "@every 5m", Timeout = new Duration("2m") });
        _world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(60) };
        _world.Run(TimeSpan.FromMinutes(5), until: w => w.HasLivePods);
        var before = _world.Record.Plan("orders");

        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Run(TimeSpan.FromSeconds(90));

        var plan = _world.Record.Plan("orders");
        Assert.DoesNotContain(_world.Runs, IsRunNow);
        Assert.Equal(before.MissedBy.Concurrency + 1, plan.MissedBy.Concurrency);
        Assert.Equal(before.MissedStoreSyncs + 1, plan.MissedStoreSyncs);
        Assert.Equal(before.MissedSlots, plan.MissedSlots);
    }

    [Fact]
    public void A_failing_one_does_not_make_the_connector_look_broken()
    {
        Quiet();
        _world.Versions[A.Good] = new Behaviour { ExitCode = 1 };

        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Run(TimeSpan.FromSeconds(5));

        Assert.Single(_world.Runs, IsRunNow);
        Assert.Null(_world.Record.Plan("orders").Problem);
    }

    /// <summary>Somebody chose the stores, so no coin chose their arm.</summary>
    [Fact]
    public void Its_runs_of_chosen_stores_are_no_evidence_and_make_no_step_older()
    {
        var before = BeforeRunNowInAnAttempt();
        var counted = _world.Trial();

        _world.Do("now", A.RunNow("orders", before.Order[0]));
        _world.Run(TimeSpan.FromSeconds(8));

        var run = Assert.Single(_world.Runs, IsRunNow);
        Assert.Equal(Arm.Candidate, run.Arm);
        Assert.Equal((counted.Candidate, counted.Stable), (_world.Trial().Candidate, _world.Trial().Stable));
        Assert.Equal(before.Dwelled, _world.Attempt!.Dwelled);
    }

    [Fact]
    public void Its_runs_of_all_stores_flip_coins_and_make_no_step_older()
    {
        var before = BeforeRunNowInAnAttempt();
        var counted = _world.Trial();

        _world.Do("now", A.RunNow("orders"));
        _world.Run(TimeSpan.FromSeconds(12));

        var sight = _world.Trial();
        Assert.Equal(
            counted.Candidate.Runs + counted.Stable.Runs + before.Cohort,
            sight.Candidate.Runs + sight.Stable.Runs
        );
        Assert.Equal(before.Dwelled, _world.Attempt!.Dwelled);
    }

    private Attempt BeforeRunNowInAnAttempt()
    {
        _world.Connector = WithFlows(A.Flow() with { Schedule = "@every 5m" });
        _world.ShipImage(A.Better);
        _world.Run(TimeSpan.FromMinutes(6), until: w => w.Attempt is { HasStarted: true } && !w.HasLivePods);
        _world.Step();
        return _world.Attempt!; // the pilot has run
    }

    [Fact]
    public void What_the_spec_suspends_is_not_run()
    {
        _world.Connector = _world.Connector with { Spec = _world.Connector.Spec with { Suspend = true } };

        _world.Do("now", A.RunNow());
        _world.Step();

        Assert.Equal("Rejected", _world.StatusOf("now").State);
        Assert.Contains("an action cannot change the spec", _world.StatusOf("now").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_the_spec_suspends_is_not_run()
    {
        var stores = _world.Connector.Spec.Stores;
        _world.Connector = _world.Connector with
        {
            Spec = _world.Connector.Spec with { Stores = stores.SetItem(2, stores[2] with { Suspend = true }) },
        };

        _world.Do("now", A.RunNow("", "store-001", "store-003"));
        _world.Step();

        Assert.Equal("Rejected", _world.StatusOf("now").State);
        Assert.StartsWith(
            "suspend is set for store 'store-003'",
            _world.StatusOf("now").Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Neither_slot_nor_run_now_starves_the_other_on_a_single_place()
    {
        _world.Connector = WithFlows(
            A.Flow() with
            {
                Schedule = "@every 20s",
                MaxStoresPerRun = 40,
                MaxConcurrentRuns = 1,
            }
        );
        _world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        _world.Run(TimeSpan.FromSeconds(21));
        _world.Runs.Clear();

        for (var i = 0; i < 12; i++)
        {
            _world.Do($"now-{i}", A.RunNow("orders", $"store-{(i % 2) + 1:000}"));
            _world.Run(TimeSpan.FromSeconds(10));
        }

        ExpectNeverTwiceAtOnce();
        Assert.InRange(_world.Runs.Count(r => !IsRunNow(r)), 5, 7);
        Assert.InRange(_world.Runs.Count(IsRunNow), 5, 12);
    }

    [Fact]
    public void Too_many_at_once_are_refused()
    {
        _world.Connector = WithFlows(
            A.Flow() with
            {
                StartingDeadline = new Duration("10m"),
                Timeout = new Duration("20m"),
            }
        );
        _world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromMinutes(8) };
        _world.Run(TimeSpan.FromSeconds(15), until: w => w.HasLivePods);
        for (var i = 0; i < 21; i++)
        {
            _world.Do($"now-{i}", A.RunNow("orders", "store-001"));
            _world.Step();
        }

        Assert.Equal("Applied", _world.StatusOf("now-19").State);
        Assert.Equal("Rejected", _world.StatusOf("now-20").State);
    }

    /// <summary>Runs until no slot is open and no pod runs.</summary>
    private void Quiet()
    {
        _world.Run(TimeSpan.FromSeconds(20), until: w => !w.HasLivePods && w.Now.Second % 10 == 6);
        _world.Runs.Clear();
    }

    private MarketplaceConnector WithFlows(params ImmutableArray<Flow> flows) =>
        _world.Connector with
        {
            Spec = _world.Connector.Spec with { Flows = flows },
        };

    private static bool IsRunNow(World.Started run) => run.Print.Occasion.StartsWith('n');

    /// <summary>Asserts that runs of one store never overlap. Each run lasts the version's duration.</summary>
    private void ExpectNeverTwiceAtOnce()
    {
        var length = _world.Versions[A.Good].Duration;
        var byStore = _world.Runs.SelectMany(r => r.Print.Stores.Select(s => (Store: s, r.At))).GroupBy(r => r.Store);
        foreach (var runs in byStore)
        {
            var starts = runs.Select(r => r.At).Order().ToList();
            Assert.All(
                starts.Zip(starts.Skip(1)),
                pair => Assert.True(pair.Second - pair.First >= length, _world.Story)
            );
        }
    }
}
