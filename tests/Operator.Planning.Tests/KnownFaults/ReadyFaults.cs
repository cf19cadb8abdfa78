using Operator.Api;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults in the conditions and events that users see.</summary>
public sealed class ReadyFaults
{
    [KnownFault("3 of 11", 4)]
    public void Ready_says_that_the_first_due_time_is_still_to_come()
    {
        var world = new World();

        world.Step();

        Assert.Equal(("True", "WaitingForFirstDueTime"), (world.Ready().Status, world.Ready().Reason));
    }

    [KnownFault("3 of 11", 4)]
    public void Ready_is_unknown_until_the_first_run_ends()
    {
        var world = new World();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(20) };

        world.Run(TimeSpan.FromSeconds(15));

        Given.That(world.HasLivePods && world.Ended.Count == 0, "first runs under way");
        Assert.Equal("Unknown", world.Ready().Status);
    }

    [KnownFault("3 of 11", 4)]
    public void Ready_is_false_while_most_stores_are_stale()
    {
        var world = EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)] };

        world.RunWhatIsDue(TimeSpan.FromMinutes(40));

        Given.That(world.Last.ConnectorStatus.Stores.Stale > 20, "stores that are stale");
        Assert.Equal("False", world.Ready().Status);
    }

    [KnownFault("3 of 11", 4)]
    public void Ready_is_false_as_soon_as_no_container_of_a_due_time_can_start()
    {
        var world = EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { CanStart = false };

        world.Run(TimeSpan.FromSeconds(310));

        Given.That(world.HasLivePods, "pods that wait for their image");
        Assert.Equal("False", world.Ready().Status);
    }

    [KnownFault("3 of 11", 4)]
    public void A_list_that_loses_most_of_its_stores_is_told()
    {
        var world = new World();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Stores = [], StoresFrom = A.StoresFrom("stores/eu") },
        };
        world.StoreLists = [A.StoreList("stores/eu", "h1", Enumerable.Range(0, 10).Select(i => $"s{i}"))];
        world.Run(TimeSpan.FromSeconds(12));
        Given.That(world.Runs.Count > 0, "stores that run");

        world.StoreLists = [A.StoreList("stores/eu", "h2", "s0", "s1", "s2")];
        world.Run(TimeSpan.FromSeconds(3));

        Assert.Contains(world.Last.ConnectorStatus.Conditions, c => c.Type == "StoresDropped");
    }

    [KnownFault("3 of 11", 5)]
    public void What_is_wrong_with_a_report_is_told() =>
        Assert.Contains(
            "it has no array \"s\"",
            Told(new Behaviour { RawReport = """{"v":1}""" }),
            StringComparison.Ordinal
        );

    [KnownFault("3 of 11", 5)]
    public void An_exit_code_is_told() =>
        Assert.Contains("137", Told(new Behaviour { ExitCode = 137 }), StringComparison.Ordinal);

    [KnownFault("3 of 11", 5)]
    public void A_store_that_is_left_out_on_each_due_time_is_told() =>
        Assert.Contains(Reasons.StoresFailing, Told(new Behaviour { Skips = "store-001" }), StringComparison.Ordinal);

    [KnownFault("3 of 11", 6)]
    public void A_missing_image_is_not_blamed_on_concurrency()
    {
        var world = EveryFiveMinutes();
        world.Connector = world.Connector.With(
            world.Connector.Spec.Flows[0] with
            {
                StartTimeout = new Duration("8m"),
            }
        );
        world.Versions[A.Good] = new Behaviour { CanStart = false };

        world.RunWhatIsDue(TimeSpan.FromMinutes(22));

        Given.That(world.Record.Plan("orders").MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal(0, world.Record.Plan("orders").MissedBy.Concurrency);
    }

    private static World EveryFiveMinutes()
    {
        var world = new World();
        world.Connector = world.Connector.With(new Flow { Name = "orders", Schedule = "*/5 * * * *" });
        return world;
    }

    /// <summary>All conditions after one minute of runs with this behaviour.</summary>
    private static string Told(Behaviour behaviour)
    {
        var world = new World();
        world.Versions[A.Good] = behaviour;
        world.Run(TimeSpan.FromMinutes(1));
        Given.That(world.Ended.Count > 0, "runs that ended");
        return string.Join('\n', world.Last.ConnectorStatus.Conditions.Select(c => $"{c.Type} {c.Message}"));
    }
}
