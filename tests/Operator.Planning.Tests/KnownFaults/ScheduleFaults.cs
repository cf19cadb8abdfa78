using System.Collections.Immutable;
using Operator.Planning.Calendar;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

public sealed class ScheduleFaults
{
    [KnownFault("2 of 11", 10)]
    public void An_edited_schedule_misses_nothing_in_the_past()
    {
        var world = Hourly();
        var before = world.Record.Plan("orders").MissedStoreSyncs;

        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 30s" });
        world.Step();

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs - before);
    }

    [KnownFault("2 of 11", 10)]
    public void An_edited_schedule_makes_no_store_stale()
    {
        var world = Hourly();

        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 30s" });
        world.Step();

        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);
    }

    [KnownFault("2 of 11", 10)]
    public void An_edited_schedule_runs_nothing_that_was_due_before_the_edit()
    {
        var world = Hourly();

        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 30s" });
        world.Step();

        Assert.Empty(world.Last.Changes.OfType<Change.CreatePod>());
    }

    [KnownFault("2 of 11", 16)]
    public void Macros_of_the_cron_library_are_refused()
    {
        foreach (var schedule in new[] { "@every_second", "@every_minute", "@hourly", "@daily" })
        {
            Assert.NotNull(Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(1)));
        }
    }

    [KnownFault("4 of 11", 28)]
    public void A_schedule_with_both_kinds_of_day_is_refused()
    {
        foreach (var schedule in new[] { "0 6 1,15 * 1", "0 0 13 * 5", "0 0 1 * */2" })
        {
            Assert.NotNull(Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(30)));
        }
    }

    /// <summary>A flow that was due every hour. The time is 13:55:06.</summary>
    private static World Hourly()
    {
        var world = new World();
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 60m" });
        foreach (var at in (ImmutableArray<TimeSpan>)[new(12, 0, 0), new(13, 0, 0), new(13, 55, 3)])
        {
            world.Now = new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero) + at;
            world.Run(TimeSpan.FromSeconds(at.Minutes == 0 ? 30 : 3));
        }
        Given.That(world.Record.Plan("orders").MissedStoreSyncs == 0, "a fleet that misses nothing");
        return world;
    }
}
