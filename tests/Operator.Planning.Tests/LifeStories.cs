using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

/// <summary>Connectors change during runs. Started runs end normally, and a removed flow or store has no missed syncs.</summary>
public sealed class LifeStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_flow_that_is_renamed_lets_its_runs_end_and_owes_nothing()
    {
        var world = InTheMiddleOfASlot();
        var under = world.Runs.Count;

        Edit(world, f => f with { Name = "sales" });
        world.Run(Long);

        Assert.Equal(under, world.Ended.Count(r => r.Flow == "orders" && r.Ending.Result == RunResult.Succeeded));
        Assert.False(world.Record.Plans.ContainsKey("orders"));
        Assert.Equal(0, world.Record.Plan("sales").MissedStoreSyncs);
        var slots = world.Runs.Where(r => r.Print.Flow == "sales").GroupBy(r => r.Print.Occasion).ToList();
        Assert.InRange(slots.Count, 4, 6);
        Assert.All(slots, s => Assert.Equal(40, s.Sum(r => r.Print.Stores.Length)));
        ScheduleStories.AssertOncePerSlot(world);
    }

    [Fact]
    public void A_schedule_that_changes_in_the_middle_of_a_slot_acts_from_the_next_one()
    {
        var world = InTheMiddleOfASlot();
        var slot = world.Record.Plan("orders").LastSlot!.Value; // a slot is open

        Edit(world, f => f with { Schedule = "@every 30s" });
        world.Run(2 * Long);

        var slots = world.Runs.Select(r => r.Print.Occasion).Distinct().Select(SlotOf).Where(s => s > slot).ToList();
        Assert.All(slots, s => Assert.Equal(0, s.ToUnixTimeSeconds() % 30));
        Assert.InRange(slots.Count, 3, 5);
        Assert.Equal(0, world.Record.Plan("orders").MissedSlots);
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        ScheduleStories.AssertOncePerSlot(world);
    }

    [Fact]
    public void A_store_that_leaves_in_the_middle_of_its_run_is_counted_and_runs_no_more()
    {
        var world = InTheMiddleOfASlot();
        var leaving = world.Runs[^1].Print.Stores[0];
        var before = world.Runs.Count;

        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Stores = [.. world.Connector.Spec.Stores.Where(s => s.Name != leaving)],
            },
        };
        world.Run(Long);

        Assert.DoesNotContain(world.Runs.Skip(before), r => r.Print.Stores.Contains(leaving));
        Assert.All(world.Ended, r => Assert.Equal(RunResult.Succeeded, r.Ending.Result));
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }

    [Fact]
    public void What_runs_beside_the_schedule_takes_no_place_in_the_history_of_slots()
    {
        var world = A.SettledWorld();
        Edit(world, f => f with { Schedule = "@every 10m", StartingDeadline = new Duration("5s") });
        world.Run(TimeSpan.FromMinutes(11), w => w.Runs.Count > 0 && !w.HasLivePods);
        var slot = world.Runs.Select(r => r.File.Run).ToList();

        world.Do("now", A.RunNow("orders", "store-003"));
        world.Run(Long);

        Assert.Equal(slot.Count + 1, world.Runs.Count);
        Assert.Equal(slot.Order(), world.Observe().Pods.Select(p => p.Name).Intersect(slot).Order());
    }

    /// <summary>The run of every store has started, and no run has ended.</summary>
    private static World InTheMiddleOfASlot()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        world.Run(Long, w => w.Runs.Sum(r => r.Print.Stores.Length) == 40);
        world.Ended.Clear();
        Assert.True(world.HasLivePods);
        return world;
    }

    private static void Edit(World world, Func<Flow, Flow> change) =>
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [.. world.Connector.Spec.Flows.Select(change)] },
        };

    private static DateTimeOffset SlotOf(string occasion) =>
        DateTimeOffset.FromUnixTimeSeconds(
            long.Parse(occasion.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)
        );
}
