using Operator.Api;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.FreshEyes;

/// <summary>Due times that passed while nobody planned, and what an edit makes of them.</summary>
public sealed class EditedWhileAwayStories
{
    private const int Stores = 40;

    [Fact]
    public void Syncs_that_were_missed_in_an_outage_are_counted_though_the_schedule_was_edited_in_it()
    {
        var world = Hourly();

        AwayUntil(world, new TimeSpan(16, 55, 3));
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "50 23 * * *" });
        world.Run(TimeSpan.FromSeconds(3));

        // 14:00, 15:00 and 16:00 by the schedule of their time.
        Assert.Equal(3 * Stores, world.Record.Plan("orders").MissedBy.Downtime);
    }

    [Fact]
    public void Syncs_that_were_missed_in_an_outage_are_counted_though_the_flow_was_written_otherwise_in_it()
    {
        var world = Hourly();

        AwayUntil(world, new TimeSpan(16, 55, 3));
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 1h" });
        world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(3 * Stores, world.Record.Plan("orders").MissedBy.Downtime);
    }

    [Fact]
    public void Syncs_that_were_missed_in_an_outage_are_counted()
    {
        var world = Hourly();

        AwayUntil(world, new TimeSpan(16, 55, 3));
        world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(3 * Stores, world.Record.Plan("orders").MissedBy.Downtime);
    }

    [Fact]
    public void Syncs_that_an_invalid_spec_cost_are_counted_though_its_correction_edits_the_schedule()
    {
        var world = Hourly();

        world.Findings = ["spec.flows[0].timeout: no"];
        for (var end = At(new TimeSpan(16, 55, 3)); world.Now < end; world.Now += TimeSpan.FromMinutes(1))
        {
            world.Step();
        }
        world.Findings = [];
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "50 23 * * *" });
        world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(3 * Stores, world.Record.Plan("orders").MissedBy.InvalidSpec);
    }

    [Fact]
    public void A_due_time_that_is_on_both_schedules_is_run_though_the_edit_was_seen_a_second_later()
    {
        var world = Hourly();
        world.Runs.Clear();

        // The operator is busy with others; it sees due time and edit in one look.
        world.Now = At(new TimeSpan(14, 0, 2));
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "0,30 * * * *" });
        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(Stores, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
    }

    [Fact]
    public void After_a_year_without_an_operator_the_newest_due_time_runs_at_once_and_the_others_are_counted()
    {
        var world = new World();
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "* * * * *", TimeZone = "Europe/Berlin" });
        world.Run(TimeSpan.FromSeconds(90));
        world.Runs.Clear();

        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        world.Now = new DateTimeOffset(2027, 11, 24, 12, 0, 5, TimeSpan.Zero);
        world.PlanningSince = world.Now;
        world.Step();
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(begun);
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(Stores, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.InRange(world.Record.Plan("orders").MissedBy.Downtime, 500_000L * Stores, 530_000L * Stores);
        Assert.True(took < TimeSpan.FromSeconds(10), $"the first plan took {took}");
    }

    private static DateTimeOffset At(TimeSpan time) => new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero) + time;

    private static void AwayUntil(World world, TimeSpan time)
    {
        world.Now = At(time);
        world.PlanningSince = world.Now;
    }

    /// <summary>A flow that was due every hour. The time is 13:55:06.</summary>
    private static World Hourly()
    {
        var world = new World();
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 60m" });
        foreach (var at in (TimeSpan[])[new(12, 0, 0), new(13, 0, 0), new(13, 55, 3)])
        {
            world.Now = At(at);
            world.Run(TimeSpan.FromSeconds(at.Minutes == 0 ? 30 : 3));
        }
        Given.That(world.Record.Plan("orders").MissedStoreSyncs == 0, "a fleet that misses nothing");
        return world;
    }
}
