using CsCheck;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

/// <summary>After a rollback, stable redoes the work of the bad version.</summary>
public sealed class CatchUpStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private readonly World _world = A.SettledWorld();

    public CatchUpStories() => _world.Versions[A.Bad] = new Behaviour { Ok = 8, Failed = 2 };

    [Fact]
    public void Each_store_that_the_version_handled_runs_at_once_on_stable()
    {
        var ended = RollBack();
        var handled = Handled();

        _world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(2, handled.Count);
        var caughtUp = CatchUps().ToList();
        Assert.Equal(handled, caughtUp.SelectMany(r => r.Print.Stores).Order());
        Assert.All(
            caughtUp,
            r => Assert.Equal((Arm.Stable, "CatchUp", "c1"), (r.Arm, r.File.Reason, r.Print.Occasion))
        );
        Assert.All(caughtUp, r => Assert.InRange(r.At - ended.EndedAt, TimeSpan.Zero, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void Its_worker_is_told_the_first_due_time_that_the_version_handled()
    {
        _world.Run(TimeSpan.FromSeconds(30));
        RollBack();
        _world.Run(TimeSpan.FromSeconds(3));

        var told = CatchUps().SelectMany(r => r.File.Stores).ToList();
        Assert.NotEmpty(told);
        Assert.All(told, s => Assert.Equal(FirstSlotOfTheCandidate(s.Name), s.RedoFrom));
    }

    [Fact]
    public void Only_the_first_run_that_does_it_is_told()
    {
        RollBack();
        _world.Run(TimeSpan.FromMinutes(2));

        var told = _world.Runs.SelectMany(r => r.File.Stores).Where(s => s.RedoFrom is not null).Select(s => s.Name);
        Assert.Equal(Handled(), told.Order());
        Assert.DoesNotContain(_world.Record.Ledger("orders").Stores.Values, IsOwing);
    }

    [Fact]
    public void A_store_that_can_not_catch_up_does_it_on_its_next_due_time()
    {
        TakeBackSuspended();
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.Empty(CatchUps());

        Suspend(isSuspended: false);
        _world.Run(TimeSpan.FromMinutes(1));

        var told = _world.Runs.Where(r => r.File.Stores.Any(s => s.RedoFrom is not null)).ToList();
        Assert.All(told, r => Assert.Equal("Scheduled", r.File.Reason));
        Assert.Equal(
            Handled(),
            told.SelectMany(r => r.File.Stores).Where(s => s.RedoFrom is not null).Select(s => s.Name).Order()
        );
    }

    [Fact]
    public void A_store_owes_it_until_a_run_does_some_of_it()
    {
        _world.ShipImage(A.Bad);
        _world.Run(Long, w => Handled().Count == 2);
        var store = Handled()[0];
        _world.Versions[A.Good] = new Behaviour { Fails = store };
        RollBack();
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.True(IsOwing(_world.Record.Ledger("orders").Stores[store]));

        _world.Versions[A.Good] = new Behaviour { HasMore = true };
        _world.Run(TimeSpan.FromSeconds(8));
        Assert.True(IsOwing(_world.Record.Ledger("orders").Stores[store]));

        _world.Versions[A.Good] = new Behaviour();
        _world.Run(TimeSpan.FromMinutes(2));
        Assert.False(IsOwing(_world.Record.Ledger("orders").Stores[store]));
    }

    [Fact]
    public void Runs_of_the_version_that_are_still_live_are_waited_for()
    {
        _world.Connector = WithFlow(A.Flow() with { MaxStoresPerRun = 1, StartingDeadline = new Duration("60s") });
        _world.Versions[A.Bad] = new Behaviour
        {
            CrashesAt = "none",
            Duration = TimeSpan.FromSeconds(25),
            Failed = 5,
        };
        _world.ShipImage(A.Bad);
        _world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.RolledBack }, ..]);
        var live = _world.Record.Plan("orders").Entries.Where(e => e is { Attempt: 1, Result: null }).ToList();

        _world.Run(TimeSpan.FromSeconds(60));

        Assert.All(
            live.SelectMany(e => e.Stores),
            s => Assert.Contains(CatchUps(), r => r.Print.Stores.Contains(s, StringComparer.Ordinal))
        );
        Assert.DoesNotContain(_world.Record.Ledger("orders").Stores.Values, IsOwing);
    }

    [Fact]
    public void A_store_that_left_owes_nothing_when_it_comes_back()
    {
        TakeBackSuspended();
        Suspend(isSuspended: false);
        var (store, all) = (Handled()[0], _world.Connector);
        _world.Connector = all with
        {
            Spec = all.Spec with { Stores = all.Spec.Stores.RemoveAll(s => s.Name == store) },
        };
        _world.Run(TimeSpan.FromSeconds(30));

        _world.Connector = all;
        _world.Run(TimeSpan.FromSeconds(30));

        Assert.DoesNotContain(
            _world.Runs.SelectMany(r => r.File.Stores),
            s => s.Name == store && s.RedoFrom is not null
        );
    }

    [Fact]
    public void A_catch_up_of_a_store_in_the_next_cohort_is_of_stable_too()
    {
        RollBack();
        _world.Versions[A.Better] = new Behaviour();
        _world.ShipImage(A.Better);
        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Contains(_world.Runs, r => r is { Arm: Arm.Candidate, Attempt: 2 });
        Assert.NotEmpty(CatchUps());
        Assert.All(CatchUps(), r => Assert.Equal(Arm.Stable, r.Arm));
    }

    [Fact]
    public void Rollout_is_told_and_says_since_when()
    {
        RollBack();

        var note = Assert.Single(_world.Events, e => e.Reason == Reasons.CatchUp);
        Assert.Equal(EventTarget.Rollout, note.Target);
        Assert.StartsWith(
            "2 stores run at once on stable in flow 'orders', to redo the work since 2026-11-24T12:",
            note.Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>The operator crashes often, at random points.</summary>
    [Fact]
    public void Every_store_does_it_again_whatever_crashes() =>
        Gen.Select(Gen.Int[0, 4].Array[60], Gen.Int[1, 12])
            .Sample(
                (crashes, duration) =>
                {
                    var world = A.SettledWorld();
                    world.Versions[A.Bad] = new Behaviour
                    {
                        Ok = 8,
                        Failed = 2,
                        Duration = TimeSpan.FromSeconds(duration),
                    };
                    world.ShipImage(A.Bad);
                    foreach (var crash in crashes)
                    {
                        world.Step(crash);
                        world.Now += TimeSpan.FromSeconds(1);
                    }
                    world.Run(TimeSpan.FromMinutes(4));

                    Assert.Equal(AttemptOutcome.RolledBack, world.Record.Attempts.History[0].Outcome);
                    var last = world
                        .Runs.Where(r => r.Arm == Arm.Candidate)
                        .SelectMany(r => r.Print.Stores.Select(s => (Store: s, r.At)))
                        .GroupBy(r => r.Store)
                        .ToDictionary(g => g.Key, g => g.Max(r => r.At));
                    Assert.NotEmpty(last);
                    foreach (var (store, at) in last)
                    {
                        Assert.Contains(
                            world.Runs,
                            r =>
                                r.Arm == Arm.Stable
                                && r.At > at
                                && r.File.Stores.Any(s => s.Name == store && s.RedoFrom is not null)
                        );
                    }
                    Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, IsOwing);
                },
                iter: 40
            );

    private EndedAttempt RollBack()
    {
        _world.ShipImage(A.Bad);
        _world.Run(Long, w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.RolledBack }, ..]);
        return _world.Record.Attempts.History[0];
    }

    /// <summary>Suspends the stores that run the bad version, and takes it back in Git.</summary>
    private void TakeBackSuspended()
    {
        _world.ShipImage(A.Bad);
        _world.Run(Long, w => Handled().Count == 2 && !w.HasLivePods);
        Suspend(isSuspended: true);
        _world.ShipImage(A.Good);
        _world.Run(TimeSpan.FromSeconds(5), w => w.Attempt is null);
    }

    private void Suspend(bool isSuspended)
    {
        var (spec, handled) = (_world.Connector.Spec, Handled());
        var stores = spec.Stores.Select(s => handled.Contains(s.Name) ? s with { Suspend = isSuspended } : s);
        _world.Connector = _world.Connector with { Spec = spec with { Stores = [.. stores] } };
    }

    private string FirstSlotOfTheCandidate(string store) =>
        _world.Runs.First(r => r.Arm == Arm.Candidate && r.Print.Stores.Contains(store)).File.Slot;

    private List<string> Handled() =>
        [
            .. _world
                .Runs.Where(r => r.Arm == Arm.Candidate)
                .SelectMany(r => r.Print.Stores)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private IEnumerable<World.Started> CatchUps() => _world.Runs.Where(r => r.Print.Occasion.StartsWith('c'));

    private MarketplaceConnector WithFlow(Flow flow) =>
        _world.Connector with
        {
            Spec = _world.Connector.Spec with { Flows = [flow] },
        };

    private static bool IsOwing(StoreLedger store) => store.RedoFrom is not null;
}
