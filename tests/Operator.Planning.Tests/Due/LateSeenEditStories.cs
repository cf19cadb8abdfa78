using Operator.Api;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Due;

/// <summary>The operator sees an edit late. What came under the former schedule is run or counted.</summary>
public sealed class LateSeenEditStories
{
    [Fact]
    public void A_due_time_that_came_one_second_before_the_edit_was_seen_is_run_or_counted()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(12));
        var slot = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 10 * 10) + 10);
        world.Run(slot - world.Now - TimeSpan.FromSeconds(1));
        var before = world.Record.Plan("orders").MissedStoreSyncs;

        world.Now = slot.AddSeconds(1); // one reconcile sees both: the due time under the old schedule, and the edit
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 60m" });
        world.Run(TimeSpan.FromSeconds(60));

        var ran = world
            .Runs.Where(r => r.Print.Occasion == $"s{slot.ToUnixTimeSeconds()}")
            .SelectMany(r => r.Print.Stores)
            .Count();
        Assert.Equal(40, ran + world.Record.Plan("orders").MissedStoreSyncs - before);
    }

    [Fact]
    public void Due_times_of_the_old_schedule_in_a_downtime_are_counted_though_the_schedule_was_edited_meanwhile()
    {
        var world = A.SettledWorld();
        var before = world.Record.Plan("orders").MissedStoreSyncs;

        world.Now += TimeSpan.FromMinutes(5);
        world.PlanningSince = world.Now;
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 60m" });
        world.Run(TimeSpan.FromSeconds(5));

        Assert.InRange(world.Record.Plan("orders").MissedStoreSyncs - before, 27 * 40, 30 * 40);
    }

    [Fact]
    public void The_same_schedule_spelt_otherwise_loses_no_due_time()
    {
        var world = A.SettledWorld();
        var before = world.Record.Plan("orders").MissedStoreSyncs;

        world.Now += TimeSpan.FromMinutes(5);
        world.PlanningSince = world.Now;
        world.Connector = world.Connector.With(A.Flow() with { Schedule = "@every 10.0s" });
        world.Run(TimeSpan.FromSeconds(5));

        Assert.InRange(world.Record.Plan("orders").MissedStoreSyncs - before, 26 * 40, 30 * 40);
    }

    [Theory]
    [InlineData("@every 90s", "UTC", "@every 1m30s", "Europe/Berlin", false)] // no zone moves an interval
    [InlineData("*/5 * * * *", "UTC", "*/5  * * * *", "UTC", false)]
    [InlineData("*/5 * * * *", "UTC", "*/5 * * * *", "Europe/Berlin", true)]
    [InlineData("*/5 * * * *", "UTC", "*/6 * * * *", "UTC", true)]
    public void Schedules_are_compared_by_value(
        string before,
        string zoneBefore,
        string now,
        string zoneNow,
        bool isEdited
    )
    {
        var plan = new FlowPlan { Schedule = before, TimeZone = zoneBefore };

        Assert.Equal(
            isEdited,
            Operator.Planning.Runs.DueSince.IsEdited(plan, new Flow { Schedule = now, TimeZone = zoneNow })
        );
    }
}
