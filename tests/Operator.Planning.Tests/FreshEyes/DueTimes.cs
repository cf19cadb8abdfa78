using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.FreshEyes;

/// <summary>Edits, due times, time-outs and the places where they meet.</summary>
public sealed class DueTimes
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

    [Fact]
    public void A_run_that_is_overdue_by_the_timeouts_of_its_due_time_is_read_live_before_it_is_given_up()
    {
        var world = A.SettledWorld();
        var flow = A.Flow() with { Timeout = new Duration("5s"), StartTimeout = new Duration("5s") };
        world.Connector = world.Connector.With(flow);
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(25) };
        world.Run(TimeSpan.FromSeconds(12));
        world.Run(
            TimeSpan.FromSeconds(20),
            w => w.Observe().Pods.Count(p => p.Container is ContainerSight.Running) >= 4
        );
        var longer = new Duration("10m");
        world.Connector = world.Connector.With(
            flow with
            {
                Timeout = longer,
                StartTimeout = longer,
                StartingDeadline = new Duration("30m"),
            }
        );
        for (var i = 0; i < 10; i++)
        {
            var seen = world.Observe();
            var record = ((RecordSight.Found)seen.Record).Record;
            var stopped = Stops(Planner.Plan(seen).Record) - Stops(record);
            if (stopped > 0)
            {
                Assert.True(
                    OverduePods.Names(record, seen).Length >= stopped,
                    $"{stopped} runs are given up, {OverduePods.Names(record, seen).Length} were read live"
                );
                return;
            }
            world.Now += TimeSpan.FromSeconds(1);
            world.Step(crashAfter: 0);
        }
        throw new InvalidOperationException("nothing was given up");

        static int Stops(ConnectorRecord record) =>
            record.Plan("orders").Entries.Count(e => e is { Result: null, Stop: not null });
    }

    [Fact]
    public void An_entry_that_may_have_run_is_not_created_again_after_its_connector_was_made_again()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(12));
        var slot = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 10 * 10) + 10);
        world.Run(slot - world.Now - TimeSpan.FromSeconds(1));
        world.Now = slot;
        // The operator commits, creates the pods and dies; the pods go with the connector, and nobody sees them.
        world.Step(crashAfter: 1);
        Given.That(world.Record.Attempts.ConnectorUid is not null, "a record that knows its connector");
        world.Connector = world.Connector with
        {
            Metadata = world.Connector.Metadata with { Uid = "connector-2" },
        };

        world.Now += TimeSpan.FromSeconds(1);
        var plan = Planner.Plan(world.Observe());

        var mayHaveRun = world
            .Record.Plan("orders")
            .Occasions[^1]
            .Entries.SelectMany(e => e.Stores)
            .ToHashSet(StringComparer.Ordinal);
        Given.That(mayHaveRun.Count > 0, "entries that may have run");
        Assert.DoesNotContain(
            plan.Changes.OfType<Change.CreatePod>(),
            c => c.Pod.Labels[PodMarks.Occasion] == $"s{slot.ToUnixTimeSeconds()}"
        );
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void A_node_with_a_wrong_clock_stops_no_plan(string startedAt)
    {
        var at = DateTimeOffset.Parse(startedAt, System.Globalization.CultureInfo.InvariantCulture);
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        world.Run(
            TimeSpan.FromSeconds(30),
            w => w.Observe().Pods.Any(p => p.Container is ContainerSight.Running)
        );
        var seen = world.Observe();
        seen = seen with
        {
            Pods =
            [
                .. seen.Pods.Select(p =>
                    p.Container is ContainerSight.Running ? p with { Container = new ContainerSight.Running(at) } : p
                ),
            ],
        };

        var plan = Planner.Plan(seen);

        Assert.NotNull(plan.Record);
    }

    [Fact]
    public void A_stray_whose_deadline_is_long_over_holds_its_stores_no_more()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(12));
        var print = world.Runs[^1].Print with { Record = "a-former-record" };
        var slot = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 10 * 10) + 10);
        world.Run(slot - world.Now - TimeSpan.FromSeconds(1));
        world.Now = slot;
        var made = world.Now - TimeSpan.FromDays(1);
        var stray = new ObservedPod
        {
            Name = "stray",
            Uid = "stray",
            CreatedAt = made,
            Fingerprint = print,
            Phase = PodPhase.Running,
            Container = new ContainerSight.Running(made),
        };
        var seen = world.Observe();

        var plan = Planner.Plan(seen with { Pods = seen.Pods.Add(stray) });

        var created = plan
            .Changes.OfType<Change.CreatePod>()
            .SelectMany(c => System.Text.Json.JsonSerializer.Deserialize(c.Pod.Annotations[PodMarks.Run], RunJson.Default.RunFile)!.Stores)
            .Select(s => s.Name)
            .ToList();
        Assert.Equal(40, created.Count);
    }
}
