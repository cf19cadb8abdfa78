using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Tests.Actions;

public sealed class SuspendStories
{
    private readonly World _world = A.SettledWorld();

    [Fact]
    public void Suspended_altogether_it_looks_as_if_the_spec_said_so()
    {
        _world.Do("stop", A.Suspend() with { Reason = "counting stock" });
        _world.Run(TimeSpan.FromSeconds(30));

        var ready = Condition("Ready");
        Assert.Equal(("True", Reasons.Suspended), (ready.Status, ready.Reason));
        Assert.Equal("suspended by SyncAction 'stop' (counting stock): no new run is started", ready.Message);
        Assert.Null(_world.Last.ConnectorStatus.Flows[0].NextSlot);
        Assert.Equal("Applied", _world.StatusOf("stop").State);
        Assert.Empty(StartedAfter(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void What_the_spec_suspends_is_not_said_to_be_suspended_by_an_action_of_one_flow()
    {
        _world.Connector = WithFlows(A.Flow(), A.Flow("prices"));
        _world.Do("stop", A.Suspend("prices"));
        _world.Run(TimeSpan.FromSeconds(5));

        _world.Connector = _world.Connector with { Spec = _world.Connector.Spec with { Suspend = true } };
        _world.Step();

        Assert.Contains("spec.suspend", Condition("Ready").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resumed_it_counts_from_the_next_slot_on()
    {
        _world.Do("stop", A.Suspend());
        _world.Run(TimeSpan.FromMinutes(5));
        var missed = _world.Record.Plan("orders").MissedStoreSyncs;

        _world.Do("go", A.Unsuspend());
        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(12));

        Assert.Equal(40, _world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.Equal(missed, _world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal(Reasons.Syncing, Condition("Ready").Reason);
        Assert.Empty(_world.Last.ConnectorStatus.Suspensions);
    }

    [Fact]
    public void It_ends_by_itself_and_somebody_wakes_up_for_it()
    {
        var until = _world.Now.AddMinutes(3);
        _world.Do("stop", A.Suspend() with { Until = new Instant($"{until:yyyy-MM-dd'T'HH:mm:ss'Z'}") });
        var plan = _world.Step();
        Assert.True(plan.WakeAt <= until);
        Assert.Equal(until, plan.ConnectorStatus.Suspensions[0].Until);
        _world.Run(until - _world.Now);
        Assert.Contains(
            $"until {until:yyyy-MM-dd'T'HH:mm:ss'Z'}",
            Condition("Ready").Message,
            StringComparison.Ordinal
        );

        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(12));

        Assert.Equal(40, _world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
    }

    [Fact]
    public void Slots_after_its_end_count_as_missed_when_nobody_was_there()
    {
        var until = _world.Now.AddMinutes(3);
        _world.Do("stop", A.Suspend() with { Until = new Instant($"{until:yyyy-MM-dd'T'HH:mm:ss'Z'}") });
        _world.Run(TimeSpan.FromSeconds(60));
        var missed = _world.Record.Plan("orders").MissedSlots;

        _world.Now = until.AddSeconds(55);
        _world.Step();

        // Six slots passed since the end of the suspension. The newest can still start in time.
        Assert.Equal(missed + 5, _world.Record.Plan("orders").MissedSlots);
    }

    [Fact]
    public void One_flow_stops_and_the_other_goes_on()
    {
        _world.Connector = WithFlows(A.Flow(), A.Flow("prices"));
        _world.Run(TimeSpan.FromSeconds(15));

        _world.Do("stop", A.Suspend("prices"));
        _world.Run(TimeSpan.FromSeconds(5));
        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(30));

        Assert.All(_world.Runs, r => Assert.Equal("orders", r.Print.Flow));
        Assert.NotEmpty(_world.Runs);
        Assert.Equal(Reasons.Syncing, Condition("Ready").Reason);
        var told = Assert.Single(_world.Last.ConnectorStatus.Suspensions);
        Assert.Equal(("stop", "prices"), (told.Action, told.Flow));
        Assert.Equal(40, _world.Last.ConnectorStatus.Stores.Active);
    }

    [Fact]
    public void Single_stores_stop_and_are_counted_and_nothing_of_theirs_is_missed()
    {
        _world.Do("stop", A.Suspend("", "store-003", "store-007"));
        _world.Run(TimeSpan.FromSeconds(5));
        _world.Runs.Clear();
        var missed = _world.Record.Plan("orders").MissedStoreSyncs;
        _world.Run(TimeSpan.FromSeconds(30));

        var ran = _world.Runs.SelectMany(r => r.Print.Stores).ToHashSet();
        Assert.Equal(38, ran.Count);
        Assert.DoesNotContain("store-003", ran);
        Assert.Equal(
            (38, 2),
            (_world.Last.ConnectorStatus.Stores.Active, _world.Last.ConnectorStatus.Stores.Suspended)
        );
        Assert.Equal(missed, _world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal(["store-003", "store-007"], _world.Last.ConnectorStatus.Suspensions[0].Stores);
        Assert.Equal(2, _world.Last.ConnectorStatus.Suspensions[0].StoreCount);
    }

    [Fact]
    public void A_store_that_goes_on_waits_for_the_next_slot()
    {
        _world.Do("stop", A.Suspend("", "store-003"));
        _world.Run(TimeSpan.FromSeconds(20), until: w => w.Now.Second % 10 == 3);

        _world.Do("go", A.Unsuspend("", "store-003"));
        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(4));
        Assert.Empty(_world.Runs);
        _world.Run(TimeSpan.FromSeconds(10));

        Assert.Contains(_world.Runs, r => r.Print.Stores.Contains("store-003"));
        Assert.Equal("Applied", _world.StatusOf("go").State);
    }

    [Fact]
    public void Of_all_that_is_suspended_one_flow_can_be_let_go_on()
    {
        _world.Connector = WithFlows(A.Flow(), A.Flow("prices"));
        _world.Run(TimeSpan.FromSeconds(15));
        _world.Do("stop", A.Suspend());
        _world.Run(TimeSpan.FromSeconds(15));

        _world.Do("go", A.Unsuspend("orders"));
        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(15));

        Assert.NotEmpty(_world.Runs);
        Assert.All(_world.Runs, r => Assert.Equal("orders", r.Print.Flow));
        Assert.Equal(["go"], Assert.Single(_world.Last.ConnectorStatus.Suspensions).LiftedBy);
        Assert.Equal(Reasons.Syncing, Condition("Ready").Reason);
    }

    [Fact]
    public void The_longest_of_several_lasts()
    {
        var until = _world.Now.AddSeconds(30);
        _world.Do("all", A.Suspend("orders"));
        _world.Do(
            "some",
            A.Suspend("orders", "store-003") with
            {
                Until = new Instant($"{until:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
            }
        );
        _world.Run(TimeSpan.FromSeconds(40));
        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(20));

        Assert.Empty(_world.Runs);
    }

    [Fact]
    public void What_Git_suspends_only_Git_resumes()
    {
        _world.Connector = _world.Connector with { Spec = _world.Connector.Spec with { Suspend = true } };
        _world.Do("go", A.Unsuspend());

        _world.Step();

        Assert.Equal("Rejected", _world.StatusOf("go").State);
        Assert.Contains("an action cannot change the spec", _world.StatusOf("go").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_suspended_an_unsuspend_changes_nothing()
    {
        _world.Run(TimeSpan.FromSeconds(20), until: w => w.HasLivePods);
        _world.Do("go", A.Unsuspend());
        _world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal("Applied", _world.StatusOf("go").State);
        Assert.Empty(_world.Record.Actions.Orders);
        Assert.Equal(0, _world.Record.Plan("orders").MissedStoreSyncs);
    }

    [Fact]
    public void One_whose_until_has_passed_is_expired()
    {
        _world.Do("stop", A.Suspend() with { Until = new Instant("2026-11-24T11:00:00Z") });

        _world.Step();

        Assert.Equal("Expired", _world.StatusOf("stop").State);
        Assert.Empty(_world.Record.Actions.Orders);
    }

    [Fact]
    public void A_run_now_of_what_is_suspended_is_refused_and_names_the_action()
    {
        _world.Do("stop", A.Suspend("", "store-003"));
        _world.Step();

        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Step();

        Assert.Equal(
            ("Rejected", "it is suspended by SyncAction 'stop'; create an Unsuspend first"),
            (_world.StatusOf("now").State, _world.StatusOf("now").Message)
        );
    }

    [Fact]
    public void It_outlives_a_record_that_is_lost()
    {
        _world.Do("stop", A.Suspend());
        _world.Run(TimeSpan.FromSeconds(5));
        _world.Actions = []; // deleting an action does not undo it

        _world.LoseRecord();
        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(30));

        Assert.Empty(_world.Runs);
        Assert.Equal(Reasons.Suspended, Condition("Ready").Reason);
    }

    [Fact]
    public void A_suspended_attempt_does_not_start_widen_or_age()
    {
        _world.Do("stop", A.Suspend());
        _world.Run(TimeSpan.FromSeconds(5));
        _world.ShipImage(A.Better);
        _world.Run(TimeSpan.FromSeconds(30));
        Assert.Null(_world.Attempt);

        _world.Do("go", A.Unsuspend());
        _world.Run(TimeSpan.FromSeconds(5));

        Assert.NotNull(_world.Attempt);
    }

    [Fact]
    public void What_was_decided_in_one_second_keeps_its_order()
    {
        var stop = _world.Do("stop", A.Suspend());
        var go = _world.Do("go", A.Unsuspend());
        _world.Actions =
        [
            go with
            {
                Metadata = go.Metadata with { Uid = "a", ResourceVersion = "101" },
            },
            stop with
            {
                Metadata = stop.Metadata with { Uid = "b", ResourceVersion = "99" },
            },
        ];

        _world.Step();

        Assert.Empty(_world.Last.ConnectorStatus.Suspensions);
        Assert.Equal(["stop", "go"], _world.Record.Actions.Decided.Select(d => d.Name));
    }

    private MarketplaceConnector WithFlows(params ImmutableArray<Flow> flows) =>
        _world.Connector with
        {
            Spec = _world.Connector.Spec with { Flows = flows },
        };

    private IEnumerable<World.Started> StartedAfter(TimeSpan age) => _world.Runs.Where(r => r.At > _world.Now - age);

    private Condition Condition(string type) => _world.Last.ConnectorStatus.Conditions.Single(c => c.Type == type);
}
