using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Tests.Actions;

/// <summary>When the operator does an action: once, in time, and only if the action is clear.</summary>
public sealed class ActionDecisionStories
{
    private readonly World _world = A.SettledWorld();

    [Fact]
    public void It_is_done_once_whatever_crashes()
    {
        for (var crash = 0; crash < 5; crash++)
        {
            var world = A.SettledWorld();
            world.Do("now", A.RunNow("orders", "store-003"));

            world.Step(crash);
            world.Run(TimeSpan.FromSeconds(20));

            Assert.Single(world.Runs, IsRunNow);
            Assert.Equal("Applied", world.StatusOf("now").State);
            Assert.Single(world.Record.Actions.Decided);
        }
    }

    [Fact]
    public void The_same_status_is_written_after_a_crash()
    {
        _world.Do("now", A.RunNow("orders", "store-003"));
        var decided = _world.Step(crashAfter: 1);
        _world.Now += TimeSpan.FromMinutes(3);

        _world.Step();

        Assert.Equal(decided.Actions[0].Status.Message, _world.StatusOf("now").Message);
        Assert.Equal(decided.Actions[0].Status.At, _world.StatusOf("now").At);
    }

    [Fact]
    public void A_restored_one_is_expired_and_does_nothing()
    {
        var first = _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Run(TimeSpan.FromSeconds(5));
        _world.Actions = [];
        _world.Runs.Clear();

        _world.Do("now", first.Spec);
        _world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal("Expired", _world.StatusOf("now").State);
        Assert.Contains("was applied at 2026-11-24T12:", _world.StatusOf("now").Message, StringComparison.Ordinal);
        Assert.Equal(["Ready", "Stalled"], _world.StatusOf("now").Conditions.Select(c => c.Type));
        Assert.DoesNotContain(_world.Runs, IsRunNow);
    }

    [Fact]
    public void One_that_nobody_saw_for_an_hour_is_expired()
    {
        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Now += TimeSpan.FromMinutes(61);

        _world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal("Expired", _world.StatusOf("now").State);
        Assert.DoesNotContain(_world.Runs, IsRunNow);
    }

    [Theory]
    [InlineData(179, 1)]
    [InlineData(181, 0)]
    public void One_is_removed_180_days_after_it_was_made(int days, int left)
    {
        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Step();
        _world.Now += TimeSpan.FromDays(days);

        _world.Step();

        Assert.Equal(left, _world.Actions.Length);
    }

    [Fact]
    public void One_that_still_suspends_something_stays()
    {
        _world.Do("stop", A.Suspend("orders"));
        _world.Step();
        _world.Now += TimeSpan.FromDays(400);

        _world.Step();
        Assert.Single(_world.Actions);

        _world.Do("go", A.Unsuspend("orders"));
        _world.Run(TimeSpan.FromSeconds(25));
        Assert.Equal("go", Assert.Single(_world.Actions).Metadata.Name);
    }

    [Fact]
    public void One_that_nobody_could_decide_is_not_removed()
    {
        _world.IsClockSkewed = true;
        _world.Do("stop", A.Suspend("orders"));
        _world.Now += TimeSpan.FromDays(181);

        _world.Step();

        Assert.Single(_world.Actions);
    }

    [Fact]
    public void One_that_Git_makes_again_whenever_it_was_removed_is_never_done_again()
    {
        var spec = A.RunNow("orders", "store-003");
        _world.Do("now", spec);
        _world.Run(TimeSpan.FromSeconds(5));
        _world.Runs.Clear();

        for (var i = 0; i < 5; i++)
        {
            _world.Now += TimeSpan.FromDays(181);
            _world.Step();
            Assert.Empty(_world.Actions);
            _world.Do("now", spec);
            _world.Run(TimeSpan.FromSeconds(5));
            Assert.Equal("Expired", _world.StatusOf("now").State);
        }

        Assert.DoesNotContain(_world.Runs, IsRunNow);
    }

    [Fact]
    public void A_rejected_one_can_be_made_again_once_it_is_possible()
    {
        var spec = A.RunNow("orders", "newcomer");
        _world.Do("now", spec);
        _world.Step();
        Assert.Equal("Rejected", _world.StatusOf("now").State);
        _world.Actions = [];
        _world.Connector = _world.Connector with
        {
            Spec = _world.Connector.Spec with
            {
                Stores = _world.Connector.Spec.Stores.Add(new Store { Name = "newcomer" }),
            },
        };

        _world.Do("now", spec);
        _world.Step();

        Assert.Equal("Applied", _world.StatusOf("now").State);
    }

    [Theory]
    [InlineData("price", "", "there is no flow 'price'; the connector has 'orders'")]
    [InlineData(
        "orders",
        "acme",
        "the connector has no store 'acme'; it has stores 'store-001', 'store-002', 'store-003', 'store-004', 'store-005' and 35 more"
    )]
    public void What_it_names_and_is_not_there_is_said_with_what_there_is(string flow, string store, string message)
    {
        _world.Do("now", A.RunNow(flow, store.Length == 0 ? [] : [store]));

        _world.Step();

        Assert.Equal(("Rejected", message), (_world.StatusOf("now").State, _world.StatusOf("now").Message));
        Assert.Contains(_world.Events, e => e.Reason == Reasons.ActionRejected && e.IsWarning);
    }

    [Fact]
    public void Of_stores_in_lists_it_waits_a_little_for_the_list()
    {
        _world.Connector = _world.Connector with
        {
            Spec = _world.Connector.Spec with { StoresFrom = A.StoresFrom("more/stores.yaml") },
        };
        _world.StoreLists = [A.BrokenList("more/stores.yaml", "it is not there")];
        _world.Do("now", A.RunNow("orders", "late"));
        _world.Step();
        Assert.Null(_world.StatusOf("now").State);
        Assert.Equal(["Ready", "Reconciling"], _world.StatusOf("now").Conditions.Select(c => c.Type));

        _world.StoreLists = [A.StoreList("more/stores.yaml", "1", "late")];
        _world.Step();

        Assert.Equal("Applied", _world.StatusOf("now").State);
    }

    [Fact]
    public void One_that_waits_for_a_list_in_vain_is_rejected_and_somebody_wakes_up_for_it()
    {
        _world.Connector = _world.Connector with
        {
            Spec = _world.Connector.Spec with
            {
                StoresFrom = A.StoresFrom("more/stores.yaml"),
                Flows = [A.Flow() with { Schedule = "@every 24h" }],
            },
        };
        _world.StoreLists = [A.StoreList("more/stores.yaml", "1", "other")];
        _world.Do("now", A.RunNow("orders", "late"));
        var created = _world.Now;
        Assert.True(_world.Step().WakeAt <= created.AddSeconds(10));

        _world.Now = created.AddSeconds(10);
        _world.Step();

        Assert.Equal("Rejected", _world.StatusOf("now").State);
    }

    [Fact]
    public void One_that_was_changed_is_rejected()
    {
        var action = _world.Do("now", A.RunNow());
        _world.Actions = [action with { Metadata = action.Metadata with { Generation = 2 } }];

        _world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal("Rejected", _world.StatusOf("now").State);
        Assert.Equal(2, _world.StatusOf("now").ObservedGeneration);
        Assert.Empty(_world.Record.Actions.Decided);
    }

    /// <summary>kubectl apply does not send a null; only its annotation shows that the list was written out.</summary>
    [Theory]
    [InlineData("null", "Rejected")]
    [InlineData("\"x", "Applied")] // no JSON
    [InlineData("[],\"store\\ud83d\":1", "Applied")] // half a character, which throws when a name is read
    [InlineData("[\"a\"]", "Applied")]
    public void A_list_of_stores_that_was_applied_as_null_does_not_mean_every_store(string stores, string state)
    {
        var action = _world.Do("now", A.RunNow());
        var annotations = ImmutableSortedDictionary<string, string>.Empty.Add(
            "kubectl.kubernetes.io/last-applied-configuration",
            $$$"""{"spec":{"action":"RunNow","stores":{{{stores}}}}}"""
        );
        _world.Actions = [action with { Metadata = action.Metadata with { Annotations = annotations } }];

        _world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(state, _world.StatusOf("now").State);
        Assert.Equal(
            state == "Rejected",
            _world.StatusOf("now").Message?.Contains("the list is empty or null", StringComparison.Ordinal) == true
        );
    }

    /// <summary>It acts, so that its status must not say that it was refused.</summary>
    [Fact]
    public void A_change_after_the_decision_has_no_effect_and_says_so()
    {
        var action = _world.Do("now", A.RunNow());
        _world.Run(TimeSpan.FromSeconds(3));
        var applied = _world.StatusOf("now");
        Assert.Equal("Applied", applied.State);

        _world.Actions =
        [
            action with
            {
                Metadata = action.Metadata with { Generation = 2 },
                Spec = action.Spec with { Reason = "another" },
                Status = applied,
            },
        ];
        _world.Run(TimeSpan.FromSeconds(3));

        var changed = _world.StatusOf("now");
        Assert.Equal(("Applied", applied.At, 2L), (changed.State, changed.At, changed.ObservedGeneration));
        Assert.Equal(
            $"{applied.Message}; the action was changed later, which has no effect: create another one",
            changed.Message
        );
    }

    [Fact]
    public void A_misspelt_field_does_not_make_it_mean_every_store()
    {
        var action = _world.Do("now", A.RunNow());
        const string applied = """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncAction","spec":{"action":"RunNow","store":["a"]}}
            """;
        var annotations = ImmutableSortedDictionary<string, string>.Empty.Add(
            "kubectl.kubernetes.io/last-applied-configuration",
            applied
        );
        _world.Actions = [action with { Metadata = action.Metadata with { Annotations = annotations } }];

        _world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal("Rejected", _world.StatusOf("now").State);
        Assert.Contains(
            "spec.store (there is no such field; did you mean stores?)",
            _world.StatusOf("now").Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(_world.Runs, IsRunNow);
    }

    [Fact]
    public void After_210_days_it_is_forgotten_and_not_done_again()
    {
        _world.Do("now", A.RunNow("orders", "store-003"));
        _world.Do("stop", A.Suspend("orders", "store-004") with { Until = new Instant("2026-11-24T13:00:00Z") });
        _world.Run(TimeSpan.FromSeconds(3));

        var old = _world.Actions;
        _world.Now += TimeSpan.FromDays(211);
        _world.Runs.Clear();
        _world.Run(TimeSpan.FromSeconds(15));
        _world.Actions = old;
        _world.Run(TimeSpan.FromSeconds(15));

        Assert.Empty(_world.Record.Actions.Decided);
        Assert.Empty(_world.Record.Actions.Orders);
        Assert.DoesNotContain(_world.Runs, IsRunNow);
    }

    [Fact]
    public void At_most_a_thousand_are_remembered_and_no_older_one_is_done_again()
    {
        for (var i = 0; i < 1203; i++)
        {
            _world.Do($"a-{i}", A.Unsuspend());
            _world.Now += TimeSpan.FromMilliseconds(10);
        }
        _world.Step();
        Assert.Equal(200, _world.Record.Actions.Decided.Length);
        _world.Run(TimeSpan.FromSeconds(20)); // a later commit stores the trimmed list

        Assert.Equal(1000, _world.Record.Actions.Decided.Length);
        Assert.Equal("Applied", _world.StatusOf("a-0").State);
        Assert.All(_world.Actions, a => Assert.Equal("Applied", a.Status.State));
    }

    private static bool IsRunNow(World.Started run) => run.Print.Occasion.StartsWith('n');
}
