using Operator.Api;
using Operator.Planning.Explaining;

namespace Operator.Planning.Tests.Explaining;

/// <summary>Explains from the record alone why a store was not synced.</summary>
public sealed class ExplanationStories
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    [Fact]
    public void Each_due_time_of_the_range_says_what_became_of_the_store_and_which_pod_ran_it()
    {
        var world = NewWorld(new Behaviour());
        world.Run(Slot * 2.5);
        world.Versions[A.Good] = new Behaviour { CrashesAt = "store-002" };
        world.Run(Slot * 1.6);
        var start = world.Record.Outcomes.Of("orders").Occasions[1].Slot;

        var flow = Assert.Single(Ask(world, "store-002", since: start).Flows);

        Assert.Equal([("Synced", true), ("InternalError", false)], flow.Slots.Select(s => (s.Outcome, s.IsSynced)));
        Assert.Equal("the worker failed on it (ExitCode: it ended with exit code 134 (SIGABRT))", flow.Slots[^1].Why);
        Assert.Contains(world.Observe().Pods, p => p.Name == flow.Slots[^1].Pod);
        Assert.Null(flow.Unknown);
        Assert.Contains(flow.Now, s => s.StartsWith("it runs in groups of at most 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_is_under_way_is_named_and_then_the_next_due_time()
    {
        var world = NewWorld(new Behaviour { Duration = TimeSpan.FromSeconds(5) });
        world.Run(Slot + TimeSpan.FromSeconds(3));

        var now = Ask(world, "store-001").Flows[0].Now;

        Assert.Equal(2, now.Length);
        Assert.Equal(
            "its run of 2026-11-24 12:00:10 +00:00 is under way: pod " + world.Observe().Pods[^1].Name,
            now[0]
        );
        Assert.Equal("next due at 2026-11-24 12:00:20 +00:00", now[1]);
    }

    [Fact]
    public void A_store_that_is_locked_out_says_until_when_and_which_Secret_to_check()
    {
        var world = NewWorld(new Behaviour { LockedOut = ["store-001"] });
        Change(
            world,
            spec =>
                spec with
                {
                    Credentials = new AppCredentials { SecretRef = new LocalObjectReference { Name = "app" } },
                }
        );
        world.Run(Slot * 3);

        var answer = Ask(world, "store-001");

        Assert.Contains(
            answer.Now,
            s =>
                s.Contains("pause until", StringComparison.Ordinal)
                && s.Contains("Secret 'app'", StringComparison.Ordinal)
        );
        Assert.Equal(["AuthFailed", "MissedByAuth"], answer.Flows[0].Slots.Select(s => s.Outcome));
        Assert.True(answer.HasFindings);
    }

    [Fact]
    public void What_waits_says_for_what()
    {
        var world = NewWorld(new Behaviour { Duration = TimeSpan.FromSeconds(8) });
        Change(
            world,
            spec => spec with { Flows = [spec.Flows[0] with { MaxStoresPerRun = 1, MaxConcurrentRuns = 1 }] }
        );
        world.Run(Slot + TimeSpan.FromSeconds(2));

        var waiting = world.Connector.Spec.Stores.Select(s => Ask(world, s.Name).Flows[0].Now[0]).ToList();

        Assert.Equal(
            2,
            waiting.Count(s =>
                s.Contains("it waits for a place: 1 runs are live, maxConcurrentRuns is 1", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public void Nobody_having_planned_is_said_at_once_and_is_a_miss_by_downtime_later()
    {
        var world = NewWorld(new Behaviour());
        world.Run(Slot * 2.5);
        world.Now += Slot * 10;

        var before = Ask(world, "store-001").Flows[0].Now;
        world.Step();
        var after = Ask(world, "store-001").Flows[0].Slots;

        Assert.Contains(
            before,
            s => s.Contains("have not been planned: see whether the operator runs", StringComparison.Ordinal)
        );
        Assert.Equal(9, after.Count(s => s.Outcome == "MissedByDowntime"));
    }

    [Fact]
    public void A_suspended_connector_can_be_explained_while_it_is_and_after()
    {
        var world = NewWorld(new Behaviour());
        world.Run(Slot * 2.5);
        Change(world, spec => spec with { Suspend = true });
        world.Run(Slot * 3);
        Assert.Contains(
            Ask(world, "store-001").Now,
            s => s.StartsWith("the connector is suspended", StringComparison.Ordinal)
        );

        Change(world, spec => spec with { Suspend = false });
        world.Run(Slot * 1.5);

        Assert.Equal(
            ["Synced", "Synced", "Suspended", "Suspended", "Suspended", "Synced"],
            Ask(world, "store-001").Flows[0].Slots.Select(s => s.Outcome)
        );
    }

    [Fact]
    public void What_is_older_than_the_record_is_said_to_be_unknown()
    {
        var world = NewWorld(new Behaviour());
        world.Run(Slot * 50);

        var longAgo = Ask(world, "store-001", since: world.Now - (Slot * 49.5)).Flows[0];
        var lately = Ask(world, "store-001", since: world.Now - (Slot * 20)).Flows[0];

        Assert.Equal(48, longAgo.Slots.Length);
        Assert.Contains("search it for 'store store-001 flow orders'", longAgo.Unknown, StringComparison.Ordinal);
        Assert.Null(lately.Unknown);
    }

    [Fact]
    public void A_store_that_left_is_still_explained()
    {
        var world = NewWorld(new Behaviour());
        world.Run(Slot * 2.5);
        Change(world, spec => spec with { Stores = spec.Stores.RemoveAt(0) });
        world.Run(Slot);

        var answer = Ask(world, "store-001");

        Assert.Contains("store-001", Explanations.Stores(world.Connector, world.Record));
        Assert.Contains("the store is no longer listed", answer.Now);
        Assert.Equal(["Synced", "Synced", "NotListed"], answer.Flows[0].Slots.Select(s => s.Outcome));
    }

    [Fact]
    public void Without_a_record_nothing_is_known_and_that_is_said()
    {
        var question = new StoreQuestion
        {
            Connector = A.Connector(new World().Now),
            Store = "store-001",
            Now = new World().Now,
        };

        Assert.Contains(Explanations.Answer(question).Now, s => s.Contains("no record", StringComparison.Ordinal));
    }

    private static StoreAnswer Ask(World world, string store, DateTimeOffset? since = null) =>
        Explanations.Answer(
            new StoreQuestion
            {
                Connector = world.Connector,
                Record = world.Record,
                Store = store,
                Since = since,
                Now = world.Now,
            }
        );

    private static World NewWorld(Behaviour behaviour)
    {
        var world = new World { Connector = A.Connector(new World().Now, stores: 3) };
        world.Versions[A.Good] = behaviour;
        return world;
    }

    private static void Change(World world, Func<ConnectorSpec, ConnectorSpec> change) =>
        world.Connector = world.Connector with { Spec = change(world.Connector.Spec) };
}
