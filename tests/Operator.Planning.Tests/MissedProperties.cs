using CsCheck;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;

namespace Operator.Planning.Tests;

/// <summary>Each slot runs once or counts as missed once, over time zones, clock changes, downtime and clock jumps.</summary>
public sealed class MissedProperties
{
    private const int Stores = 3;

    private enum Trouble
    {
        None,
        Downtime,
        ClockBack,
        Crash,
        DeletePods,
        LongRuns,
        ShortRuns,
    }

    private static readonly Gen<(Trouble Trouble, int Amount)[]> Histories = Gen.Select(
        Gen.Frequency((10, Gen.Const(Trouble.None)), (1, Gen.Enum<Trouble>())),
        Gen.Int[1, 8]
    ).Array[50, 150];

    private static readonly Gen<Flow> Flows = Gen.Select(Gen.Int[1, 3], Gen.Int[1, 2], Gen.Int[0, 8], Gen.Int[2, 20])
        .Select(
            (most, runs, spread, deadline) =>
                A.Flow() with
                {
                    MaxStoresPerRun = most,
                    MaxConcurrentRuns = runs,
                    Spread = new Duration($"{spread}s"),
                    StartingDeadline = new Duration($"{deadline}s"),
                }
        );

    [Fact]
    public void Each_store_sync_ran_or_was_missed_and_never_both() =>
        Gen.Select(Flows, Histories)
            .Sample(
                (flow, history) =>
                {
                    var world = NewWorld(flow, new World().Now);
                    foreach (var (trouble, amount) in history)
                    {
                        Make(world, trouble, amount);
                        world.Step();
                        world.Now += TimeSpan.FromSeconds(1);
                    }

                    AssertAllAccountedFor(world);
                },
                iter: 100
            );

    [Theory]
    [InlineData("*/15 * * * *", 10)] // each row has 240 slots
    [InlineData("30 2 * * *", 30)]
    [InlineData("5 1-3 * * *", 30)]
    public void Where_clocks_change_each_slot_is_run_or_missed_once(string schedule, int histories) =>
        Gen.Select(
                OneOf(
                    "Europe/Berlin",
                    "America/New_York",
                    "Australia/Lord_Howe",
                    "Asia/Kathmandu",
                    "America/Sao_Paulo"
                ),
                OneOf(
                    new DateTime(2026, 3, 8),
                    new DateTime(2026, 3, 29),
                    new DateTime(2026, 4, 5),
                    new DateTime(2026, 10, 4),
                    new DateTime(2026, 10, 25),
                    new DateTime(2026, 11, 1)
                ),
                Gen.Int[0, 40].Array[1, 4]
            )
            .Sample(
                (zone, day, absences) =>
                {
                    var start = new DateTimeOffset(day, TimeSpan.Zero).AddHours(-20);
                    var flow = A.Flow() with { Schedule = schedule, TimeZone = zone };
                    var world = NewWorld(flow, start);
                    var away = absences.Select((a, i) => (At: start.AddHours(12 * i), Hours: a / 4.0)).ToList();
                    var end = start.AddHours(60);
                    while (world.Now < end)
                    {
                        world.Step();
                        var next = world.HasLivePods ? world.Now.AddSeconds(1) : world.Last.WakeAt ?? end;
                        var absence = away.FirstOrDefault(a => a.At > world.Now && a.At <= next);
                        away.Remove(absence);
                        world.Now = absence.Hours > 0 ? absence.At.AddHours(absence.Hours) : next;
                    }

                    AssertAllAccountedFor(world);
                },
                iter: histories
            );

    [Fact]
    public void A_daily_slot_comes_once_on_every_day_of_every_zone() =>
        Gen.Select(
                OneOf("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"),
                Gen.Int[0, 23],
                Gen.Int[0, 59]
            )
            .Sample(
                (zone, hour, minute) =>
                {
                    var schedule = Schedule.Of(A.Flow() with { Schedule = $"{minute} {hour} * * *", TimeZone = zone });
                    var info = TimeZoneInfo.FindSystemTimeZoneById(zone);
                    var slot = schedule.Next(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
                    for (var i = 0; i < 370; i++)
                    {
                        var next = schedule.Next(slot!.Value);
                        var (today, tomorrow) = (LocalDay(slot.Value, info), LocalDay(next!.Value, info));
                        Assert.Equal(today.AddDays(1), tomorrow);
                        slot = next;
                    }
                },
                iter: 60
            );

    [Fact]
    public void Too_little_room_is_said_with_its_arithmetic_and_the_value_that_would_do()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(8) };
        ChangeFlow(world, f => f with { MaxConcurrentRuns = 1, StartingDeadline = new Duration("5s") });
        world.Run(TimeSpan.FromMinutes(5));

        var ready = world.Last.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(("False", Reasons.CapacityTooLow), (ready.Status, ready.Reason));
        Assert.Equal(
            "flow 'orders': 4 runs of 9s every 10s, each to start within 5s, need 4 at a time, maxConcurrentRuns is 1; "
                + "set it to 4, raise maxStoresPerRun, or schedule every 36s",
            ready.Message
        );
        Assert.True(world.Last.ConnectorStatus.Flows[0].Missed.ByCause.Capacity > 0);

        ChangeFlow(world, f => f with { MaxConcurrentRuns = 4 });
        world.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(
            Reasons.Syncing,
            world.Last.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready).Reason
        );
    }

    [Theory]
    [InlineData(400, 30, 300, 0, 400)]
    [InlineData(400, 30, 300, 120, 80)]
    [InlineData(400, 30, 300, 299, 40)]
    [InlineData(10, 600, 300, 120, 20)]
    [InlineData(1, 1, 300, 120, 1)]
    public void Places_suffice_to_start_in_time_and_to_be_over_before_the_next_slot(
        int runs,
        int seconds,
        int period,
        int window,
        long needed
    )
    {
        Assert.Equal(
            needed,
            Capacity.Needed(
                runs,
                TimeSpan.FromSeconds(seconds),
                TimeSpan.FromSeconds(period),
                TimeSpan.FromSeconds(window)
            )
        );
    }

    [Fact]
    public void Each_cause_is_counted_as_what_it_is()
    {
        var world = NewWorld(A.Flow() with { StartingDeadline = new Duration("5s") }, new World().Now);
        world.Run(TimeSpan.FromSeconds(15));
        MissedByCause Missed() => world.Last.ConnectorStatus.Flows[0].Missed.ByCause;

        world.Now += TimeSpan.FromMinutes(1);
        world.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(Stores * 5, Missed().Downtime);

        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(25) };
        world.Run(TimeSpan.FromSeconds(40));
        Assert.InRange(Missed().Concurrency, Stores, Stores * 3);

        Assert.Equal(0, Missed().Infra + Missed().Capacity + Missed().Quota + Missed().Auth);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static World NewWorld(Flow flow, DateTimeOffset start)
    {
        var world = new World { Now = start, Connector = A.Connector(start, Stores) };
        ChangeFlow(world, _ => flow);
        return world;
    }

    private static void ChangeFlow(World world, Func<Flow, Flow> change) =>
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [change(world.Connector.Spec.Flows[0])] },
        };

    private static DateOnly LocalDay(DateTimeOffset at, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    private static void Make(World world, Trouble trouble, int amount)
    {
        switch (trouble)
        {
            case Trouble.Downtime:
                world.Now += TimeSpan.FromSeconds(6 * amount);
                break;
            case Trouble.ClockBack:
                world.Now -= TimeSpan.FromSeconds(4 * amount);
                break;
            case Trouble.Crash:
                world.Step(crashAfter: amount % 3);
                break;
            case Trouble.DeletePods:
                world.DeleteAllPods();
                break;
            case Trouble.LongRuns:
                world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(3 * amount) };
                break;
            case Trouble.ShortRuns:
                world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(1) };
                break;
        }
    }

    /// <summary>Waits until all occasions are closed, then compares the runs and misses with the due slots.</summary>
    private static void AssertAllAccountedFor(World world)
    {
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(1) };
        for (var i = 0; i < 600 && !world.Record.Plan("orders").Occasions.All(o => o.IsClosed); i++)
        {
            world.Step();
            world.Now += TimeSpan.FromSeconds(1);
        }
        var plan = world.Record.Plan("orders");
        Assert.All(plan.Occasions, o => Assert.True(o.IsClosed));
        var slots = SlotsOf(world, plan);
        var ran = world
            .Ended.Where(e => e.Ending.Result is RunResult.Succeeded or RunResult.Failed)
            .SelectMany(e => e.Entry.Stores.Select(s => (e.Occasion.Id, s)))
            .ToList();
        Assert.Equal(ran.Count, ran.Distinct().Count());
        Assert.Equal(slots * Stores, ran.Count + plan.MissedStoreSyncs);
        Assert.Equal(plan.MissedStoreSyncs, plan.MissedBy.Total);
        Assert.Equal(slots, ran.Select(r => r.Id).Distinct().Count() + plan.MissedSlots);
    }

    /// <summary>Counts the slots one by one, because <see cref="Schedule.Between"/> calculates them for intervals.</summary>
    private static long SlotsOf(World world, FlowPlan plan)
    {
        var schedule = Schedule.Of(world.Connector.Spec.Flows[0]);
        var count = 0L;
        var created = world.Connector.Metadata.CreationTimestamp!.Value;
        var floor = created > plan.ListedAt ? created : plan.ListedAt;
        for (var slot = schedule.Next(floor); slot <= plan.LastSlot; slot = schedule.Next(slot.Value))
        {
            count++;
        }
        return count;
    }
}
