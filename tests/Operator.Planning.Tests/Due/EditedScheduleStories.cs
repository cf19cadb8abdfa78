using System.Collections.Immutable;
using CsCheck;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Due;

/// <summary>An edit never makes a due time of the past due, missed or late.</summary>
public sealed class EditedScheduleStories
{
    private static readonly ImmutableArray<(string Schedule, string Zone)> Schedules =
    [
        ("@every 10s", "UTC"),
        ("@every 45s", "UTC"),
        ("* * * * *", "UTC"),
        ("*/2 * * * *", "Europe/Berlin"),
        ("5 13 * * *", "Europe/Berlin"),
        ("5 13 * * *", "UTC"),
    ];

    [Fact]
    public void An_edited_schedule_misses_nothing_in_the_past()
    {
        var world = Hourly();
        var before = world.Record.Plan("orders").MissedStoreSyncs;

        Edit(world, f => f with { Schedule = "@every 30s" });
        world.Step();

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs - before);
    }

    [Fact]
    public void An_edited_schedule_makes_no_store_stale()
    {
        var world = Hourly();

        Edit(world, f => f with { Schedule = "@every 30s" });
        world.Step();

        Assert.Equal(0, world.Last.ConnectorStatus.Stores.Stale);
    }

    [Fact]
    public void An_edited_schedule_runs_nothing_that_was_due_before_the_edit()
    {
        var world = Hourly();

        Edit(world, f => f with { Schedule = "@every 30s" });
        world.Step();

        Assert.Empty(world.Last.Changes.OfType<Change.CreatePod>());
    }

    [Fact]
    public void An_edited_time_zone_misses_and_runs_nothing_in_the_past()
    {
        var world = Hourly();
        Edit(world, f => f with { Schedule = "50 15 * * *" });
        world.Run(TimeSpan.FromSeconds(3));

        Edit(world, f => f with { TimeZone = "Europe/Kyiv" }); // there it is 15:55 now
        world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.False(world.HasLivePods);
        Assert.Equal(
            new DateTimeOffset(2026, 11, 25, 13, 50, 0, default),
            world.Last.ConnectorStatus.Flows[0].NextSlot
        );
    }

    [Fact]
    public void An_edit_while_nobody_was_there_misses_nothing_by_the_new_schedule()
    {
        var world = Hourly();
        world.Runs.Clear();

        world.Now += TimeSpan.FromMinutes(3);
        Edit(world, f => f with { Schedule = "@every 30s" });
        world.Run(TimeSpan.FromSeconds(70));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal(2, world.Runs.Select(SlotOf).Distinct().Count());
    }

    [Fact]
    public void Each_due_time_belongs_to_the_schedule_of_its_time() =>
        Gen.Select(Gen.Int[0, Schedules.Length - 1], Gen.Int[5, 100])
            .Array[1, 5]
            .Sample(
                edits =>
                {
                    var world = new World();
                    world.Run(TimeSpan.FromSeconds(25));
                    var (begun, flow) = (world.Record.Plan("orders").ListedAt, A.Flow());
                    var due = new List<DateTimeOffset>();
                    foreach (var (number, seconds) in edits)
                    {
                        var (schedule, zone) = Schedules[number];
                        var edited = flow with { Schedule = schedule, TimeZone = zone };
                        if (edited != flow)
                        {
                            // What is due at the instant of the edit is due by the former schedule.
                            due.AddRange(DueIn(flow, begun, world.Now.AddTicks(1)));
                            (begun, flow) = (world.Now, edited);
                            Edit(world, _ => edited);
                        }
                        world.Run(TimeSpan.FromSeconds(seconds));
                    }
                    due.AddRange(DueIn(flow, begun, world.Now));

                    Assert.Equal(due, world.Runs.Select(SlotOf).Distinct());
                    Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
                    ScheduleStories.AssertOncePerSlot(world);
                },
                iter: 40
            );

    [Fact]
    public void An_edit_of_the_timeouts_acts_from_the_next_due_time_on()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(25) };
        Edit(world, f => f with { Schedule = "@every 60s" });
        world.Run(TimeSpan.FromSeconds(60), w => w.HasLivePods);
        world.Run(TimeSpan.FromSeconds(10));
        world.Ended.Clear();

        Edit(world, f => f with { Timeout = new Duration("5s"), StartTimeout = new Duration("5s") });
        world.Run(TimeSpan.FromSeconds(30));
        Assert.All(world.Ended, e => Assert.Equal(RunResult.Succeeded, e.Ending.Result));
        Assert.Equal(4, world.Ended.Count);
        world.Ended.Clear();
        world.Run(TimeSpan.FromSeconds(60));

        Assert.NotEmpty(world.Ended);
        Assert.All(world.Ended, e => Assert.Equal(Reasons.TimedOut, e.Ending.Reason));
    }

    [Fact]
    public void A_flow_that_is_removed_and_listed_again_while_it_runs_misses_nothing_in_between()
    {
        var world = A.SettledWorld();
        var prices = A.Flow("prices");
        world.Connector = world.Connector.With(A.Flow(), prices);
        world.Run(TimeSpan.FromSeconds(15));
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(28) };
        world.Run(TimeSpan.FromSeconds(20), w => w.Record.Plan("prices").Entries.Any(e => e.Result is null));
        var before = world.Record.Plan("prices");

        world.Connector = world.Connector.With(A.Flow());
        world.Run(TimeSpan.FromSeconds(23));
        Given.That(world.Record.Plans.ContainsKey("prices"), "a plan that its live runs keep");
        world.Connector = world.Connector.With(A.Flow(), prices);
        world.Step();

        var after = world.Record.Plan("prices");
        Assert.Equal((before.ListedAt, before.MissedStoreSyncs), (after.ListedAt, after.MissedStoreSyncs));
        Assert.Equal(before.LastSlot, after.LastSlot);
    }

    private static IEnumerable<DateTimeOffset> DueIn(Flow flow, DateTimeOffset after, DateTimeOffset before)
    {
        var schedule = Schedule.Of(flow);
        for (var slot = schedule.Next(after); slot < before; slot = schedule.Next(slot.Value))
        {
            yield return slot.Value;
        }
    }

    private static DateTimeOffset SlotOf(World.Started run) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(run.Print.Occasion[1..], null));

    private static void Edit(World world, Func<Flow, Flow> edit) =>
        world.Connector = world.Connector.With(edit(world.Connector.Spec.Flows[0]));

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
