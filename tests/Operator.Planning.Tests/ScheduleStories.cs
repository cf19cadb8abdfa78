using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

public sealed class ScheduleStories
{
    [Fact]
    public void Every_store_runs_once_in_every_slot()
    {
        var world = A.SettledWorld();

        world.Run(TimeSpan.FromMinutes(2));

        AssertOncePerSlot(world);
        var perSlot = world.Runs.GroupBy(r => r.Print.Occasion).Select(g => g.Sum(r => r.Print.Stores.Length));
        Assert.All(perSlot, n => Assert.Equal(40, n));
        Assert.Equal(12, world.Runs.Select(r => r.Print.Occasion).Distinct().Count());
    }

    [Fact]
    public void A_store_that_crashes_the_worker_does_not_take_its_neighbours_along()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { CrashesAt = "store-013" };

        world.Run(TimeSpan.FromMinutes(3));

        var ledger = world.Record.Ledger("orders").Stores;
        var newest = world.Record.Plan("orders").Occasions.Last(o => o.IsClosed).Slot;
        Assert.All(
            ledger.Where(s => s.Key != "store-013"),
            s => Assert.True(newest - s.Value.LastOkSlot <= TimeSpan.FromSeconds(20), s.Key)
        );
        Assert.Contains(world.Runs, r => r.Print.Stores is ["store-013"]);
        Assert.Contains(
            world.Last.ConnectorStatus.Conditions,
            c => c is { Type: Reasons.RunsFailing, Reason: Reasons.ExitCode }
        );
    }

    [Theory]
    [InlineData("{garbage", Reasons.ReportUnreadable)]
    [InlineData("", Reasons.ReportMissing)]
    public void A_report_that_says_nothing_is_a_failed_run_with_a_reason(string report, string reason)
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { RawReport = report };

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Contains(
            world.Last.ConnectorStatus.Conditions,
            c => c.Type == ConditionTypes.Ready && c.Status == "False" && c.Reason == reason
        );
    }

    [Fact]
    public void A_hanging_run_is_stopped_at_its_timeout_and_blames_the_worker()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromHours(1) };

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Contains(world.Ended, r => r.Ending is { Result: RunResult.Failed, Reason: Reasons.TimedOut });
    }

    [Fact]
    public void A_run_that_could_not_start_in_time_is_never_started_late()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromMinutes(1), w => w.Last.Changes.OfType<Change.CreatePod>().Any());
        // The operator commits the next slot and then crashes.
        world.Now += TimeSpan.FromSeconds(10);
        world.Step(crashAfter: 1);
        var startBy = world.Record.Plan("orders").Occasions[^1].StartBy;
        bool IsCreatedAt(DateTimeOffset now)
        {
            world.Now = now;
            var creates = Planner.Plan(world.Observe()).Changes.OfType<Change.CreatePod>();
            return creates.Any(c => c.Pod.StartBy == startBy);
        }

        Assert.True(IsCreatedAt(startBy));
        Assert.False(IsCreatedAt(startBy + TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_pods_name_is_not_given_up_while_a_late_create_could_still_arrive()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                History = new HistoryLimits { Slots = 0, FailedRuns = 0 },
            },
        };
        var startBy = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var pruned = new List<(string Pod, TimeSpan After)>();

        for (var end = world.Now + TimeSpan.FromMinutes(2); world.Now < end; world.Now += TimeSpan.FromSeconds(1))
        {
            var changes = world.Step().Changes;
            foreach (var create in changes.OfType<Change.CreatePod>())
            {
                startBy[create.Pod.Name] = create.Pod.StartBy;
            }
            pruned.AddRange(
                changes
                    .OfType<Change.DeletePod>()
                    .Where(d => startBy.ContainsKey(d.Name))
                    .Select(d => (d.Name, world.Now - startBy[d.Name]))
            );
        }

        var lateArrival = new PlanLimits().LateArrival;
        Assert.NotEmpty(pruned);
        Assert.All(pruned, p => Assert.True(p.After > lateArrival, $"{p.Pod} was deleted {p.After} after its startBy"));
    }

    [Fact]
    public void After_downtime_at_most_the_newest_slot_runs_and_the_others_are_counted()
    {
        var world = A.SettledWorld();
        var before = world.Record.Plan("orders").MissedSlots;

        world.Now += TimeSpan.FromMinutes(5);
        world.Step();

        Assert.Single(world.Runs.Select(r => r.Print.Occasion).Distinct());
        Assert.InRange(world.Record.Plan("orders").MissedSlots - before, 28, 30);
    }

    [Fact]
    public void A_clock_that_goes_back_opens_no_slot_twice()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromMinutes(1));

        world.Now -= TimeSpan.FromSeconds(45);
        world.Run(TimeSpan.FromMinutes(2));

        AssertOncePerSlot(world);
    }

    [Fact]
    public void By_a_wrong_clock_nothing_is_planned_missed_or_stopped()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromMinutes(1));
        var before = world.Record;

        world.Now += TimeSpan.FromHours(1);
        world.IsClockSkewed = true;
        world.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(before.Plan("orders").MissedSlots, world.Record.Plan("orders").MissedSlots);
        world.Now -= TimeSpan.FromHours(1);
        world.IsClockSkewed = false;
        world.Runs.Clear();
        world.Run(TimeSpan.FromMinutes(1));

        Assert.InRange(world.Runs.Select(r => r.Print.Occasion).Distinct().Count(), 6, 7);
    }

    [Fact]
    public void Pods_deleted_by_others_are_tried_again_within_the_occasion_and_never_side_by_side()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        world.Run(TimeSpan.FromSeconds(30), w => w.Runs.Count >= 4);

        world.DeleteAllPods();
        world.Run(TimeSpan.FromMinutes(1));

        var tries = world.Runs.GroupBy(r => r.Print.Occasion).First().SelectMany(r => r.Print.Stores).CountBy(s => s);
        Assert.All(tries, t => Assert.Equal(2, t.Value));
        Assert.Equal(0, world.Record.Plan("orders").Entries.Count(e => e.Result == RunResult.Failed));
    }

    [Fact]
    public void What_a_pod_reported_before_others_deleted_it_is_not_done_again()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        world.Run(TimeSpan.FromSeconds(30), w => w.Record.Plan("orders").Entries.Count(e => e.Result is null) == 4);
        world.Now += TimeSpan.FromSeconds(2);
        world.Step();
        var cut = world.Runs.Where(r => r.Print.Occasion == world.Runs[^1].Print.Occasion).ToList();

        world.DeleteAllPods(reported: 3);
        world.Run(TimeSpan.FromMinutes(1));

        var tries = world
            .Runs.Where(r => r.Print.Occasion == cut[0].Print.Occasion)
            .SelectMany(r => r.Print.Stores)
            .CountBy(s => s)
            .ToDictionary();
        Assert.All(cut.SelectMany(r => r.Print.Stores.Take(3)), s => Assert.Equal(1, tries[s]));
        Assert.All(cut.SelectMany(r => r.Print.Stores.Skip(3)), s => Assert.Equal(2, tries[s]));
    }

    [Fact]
    public void Suspend_starts_nothing_and_resume_owes_nothing()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = true } };
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Empty(world.Runs);
        var missed = world.Record.Plan("orders").MissedSlots;

        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = false } };
        world.Run(TimeSpan.FromMinutes(1));

        Assert.NotEmpty(world.Runs);
        Assert.Equal(missed, world.Record.Plan("orders").MissedSlots);
    }

    [Fact]
    public void No_more_runs_are_live_than_the_flow_allows()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(3) };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [A.Flow() with { MaxConcurrentRuns = 2 }] },
        };

        for (var i = 0; i < 60; i++)
        {
            world.Step();
            Assert.InRange(world.Record.Plan("orders").Entries.Count(e => e.Result is null), 0, 2);
            world.Now += TimeSpan.FromSeconds(1);
        }
        Assert.Equal(40, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
    }

    [Fact]
    public void Where_there_is_no_room_for_all_no_store_waits_for_ever()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(9) };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [A.Flow() with { MaxConcurrentRuns = 2 }] },
        };

        world.Run(TimeSpan.FromMinutes(3));

        var runs = world.Runs.SelectMany(r => r.Print.Stores).CountBy(s => s).ToList();
        Assert.Equal(40, runs.Count);
        Assert.InRange(runs.Max(r => r.Value) - runs.Min(r => r.Value), 0, 2);
    }

    internal static void AssertOncePerSlot(World world) =>
        Assert.All(
            world
                .Runs.SelectMany(r => r.Print.Stores.Select(s => (r.Print.Record, r.Print.Flow, r.Print.Occasion, s)))
                .CountBy(k => k),
            k => Assert.Equal(1, k.Value)
        );
}
