using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Telling;

/// <summary>Ready tells whether stores are synced, from the first minute on.</summary>
public sealed class ReadyStories
{
    [Fact]
    public void Before_the_first_due_time_Ready_says_when_it_is()
    {
        var world = Conditions.EveryFiveMinutes();

        world.Step();

        Assert.Equal(("True", Reasons.WaitingForFirstDueTime), world.ReadyIs());
        Assert.Equal(
            "nothing has been due yet; the first due time is 2026-11-24T12:05:00Z, of flow 'orders'",
            world.Ready().Message
        );
    }

    [Fact]
    public void Until_the_first_run_ends_Ready_is_unknown_and_then_it_syncs()
    {
        var world = new World();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(12) };

        world.Run(TimeSpan.FromSeconds(15));
        Given.That(world.HasLivePods && world.Ended.Count == 0, "first runs under way");
        var during = world.ReadyIs();
        world.Run(TimeSpan.FromSeconds(60), w => w.Ready().Status != "Unknown");

        Assert.Equal(("Unknown", Reasons.FirstRunsUnderWay), during);
        Assert.Equal(("True", Reasons.Syncing), world.ReadyIs());
        world.Run(TimeSpan.FromSeconds(60), w => w.Ready().Reason != Reasons.Syncing);
        Assert.Equal(("True", Reasons.Syncing), world.ReadyIs());
    }

    [Fact]
    public void A_flow_that_joins_later_does_not_make_a_syncing_connector_wait()
    {
        var world = A.SettledWorld();

        world.Connector = world.Connector.With(A.Flow(), A.Flow("prices") with { Schedule = "0 3 * * *" });
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(("True", Reasons.Syncing), world.ReadyIs());
    }

    [Fact]
    public void A_due_time_that_nobody_could_run_is_no_time_before_the_first()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Step();
        world.Now += TimeSpan.FromMinutes(9);

        world.Step();

        Given.That(world.Record.Plan("orders").MissedStoreSyncs > 0, "a due time that was missed");
        Assert.Equal(("True", Reasons.Syncing), world.ReadyIs());
    }

    [Fact]
    public void Suspension_comes_before_all_of_it()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = true } };

        world.RunWhatIsDue(TimeSpan.FromMinutes(6));
        var suspended = world.ReadyIs();
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = false } };
        world.Step();

        Assert.Equal(("True", Reasons.Suspended), suspended);
        Assert.Equal(("True", Reasons.WaitingForFirstDueTime), world.ReadyIs());
    }

    [Fact]
    public void A_connector_whose_stores_are_all_suspended_says_so()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.Select(s => s with { Suspend = true })
        );

        world.RunWhatIsDue(TimeSpan.FromMinutes(11));

        Assert.Equal(("True", Reasons.NoActiveStores), world.ReadyIs());
    }

    [Fact]
    public void A_run_that_a_person_asked_for_is_not_called_the_first_due_time()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(60) };
        world.Step();
        world.Do("now", A.RunNow());

        world.Run(TimeSpan.FromSeconds(10));

        Given.That(world.HasLivePods, "a run of the RunNow");
        Assert.Equal(("Unknown", Reasons.FirstRunsUnderWay), world.ReadyIs());
        Assert.DoesNotContain("due time has come", world.Ready().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_failed_before_all_stores_were_suspended_does_not_make_Ready_false_for_ever(bool byAction)
    {
        var world = Conditions.EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { ExitCode = 1 };
        world.RunWhatIsDue(TimeSpan.FromMinutes(11));
        Given.That(world.Ready().Status == "False", "runs that fail");
        var stores = world.Connector.Spec.Stores;
        if (byAction)
        {
            world.Do("stop", A.Suspend("", [.. stores.Select(s => s.Name)]));
        }
        else
        {
            world.Connector = world.Connector.WithStores(stores.Select(s => s with { Suspend = true }));
        }

        world.RunWhatIsDue(TimeSpan.FromMinutes(21));

        Given.That(world.Last.ConnectorStatus.Stores.Active == 0, "no store that is active");
        Assert.Equal("True", world.Ready().Status);
    }

    [Fact]
    public void A_flow_that_fails_and_was_suspended_for_it_does_not_make_Ready_false()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Connector = world.Connector.With(
            world.Connector.Spec.Flows[0],
            A.Flow("prices") with
            {
                Schedule = "@every 30s",
            }
        );
        world.Versions[A.Good] = new Behaviour { ExitCode = 1 };
        world.RunWhatIsDue(TimeSpan.FromMinutes(6));
        world.Do("stop", A.Suspend("prices"));
        world.Versions[A.Good] = new Behaviour();

        world.RunWhatIsDue(TimeSpan.FromMinutes(11));

        Given.That(world.Record.Plan("orders").Problem is null, "orders that are synced");
        Assert.Equal(("True", Reasons.Syncing), world.ReadyIs());
    }

    [Fact]
    public void Ready_is_false_while_most_stores_are_stale()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)] };

        world.RunWhatIsDue(TimeSpan.FromMinutes(40));

        Given.That(world.Last.ConnectorStatus.Stores.Stale > 20, "stores that are stale");
        Assert.Equal(("False", Reasons.StoresStale), world.ReadyIs());
        Assert.StartsWith(
            "all 40 active stores were not synced on their last 3 due times; the cause of most: ",
            world.Ready().Message,
            StringComparison.Ordinal
        );
        Assert.Single(world.Events, e => e is { Reason: Reasons.StoresStale, IsWarning: true });
    }

    [Fact]
    public void Half_of_the_stores_may_be_stale()
    {
        var world = Conditions.EveryFiveMinutes();
        var half = world.Connector.Spec.Stores.Take(20).Select(s => s.Name);
        world.Versions[A.Good] = new Behaviour { LockedOut = [.. half] };

        world.RunWhatIsDue(TimeSpan.FromMinutes(40));

        Given.That(world.Last.ConnectorStatus.Stores.Stale == 20, "half of the stores are stale");
        Assert.Equal("True", world.Ready().Status);
    }

    [Fact]
    public void Ready_is_false_as_soon_as_no_container_of_a_due_time_can_start()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { CanStart = false };

        world.Run(TimeSpan.FromSeconds(303));

        Given.That(world.HasLivePods && world.Ended.Count == 0, "pods that wait for their image");
        Assert.Equal(("False", Reasons.ImageUnavailable), world.ReadyIs());
        Assert.Contains(A.Good, world.Ready().Message, StringComparison.Ordinal);
        Assert.Equal(Reasons.ImageUnavailable, world.Condition(Reasons.RunsFailing)?.Reason);
    }

    [Fact]
    public void It_stays_false_through_retries_and_due_times_and_is_one_event()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { CanStart = false };
        world.Run(TimeSpan.FromSeconds(303));
        var statuses = new HashSet<string>();

        world.RunWhatIsDue(TimeSpan.FromMinutes(14), w => statuses.Add(w.Ready().Status));

        Assert.Equal(["False"], statuses);
        Assert.InRange(world.Events.Count(e => e.Reason == Reasons.ImageUnavailable), 1, 2);
    }

    [Fact]
    public void One_container_that_starts_is_enough()
    {
        var world = A.SettledWorld();
        world.Rollout = Worlds.Steps("1", "100%");
        world.Versions[A.Bad] = new Behaviour { CanStart = false };

        world.ShipImage(A.Bad);
        var statuses = new HashSet<string>();
        for (var i = 0; i < 30; i++)
        {
            world.Run(TimeSpan.FromSeconds(1));
            statuses.Add(world.Ready().Status);
        }

        Assert.Equal(["True"], statuses);
    }
}
