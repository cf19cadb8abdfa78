using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Runs;

/// <summary>Runs that take too long, whatever clocks and edits say.</summary>
public sealed class OverdueRunStories
{
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

    [Theory]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void A_node_with_a_wrong_clock_stops_no_plan(string startedAt)
    {
        var at = DateTimeOffset.Parse(startedAt, System.Globalization.CultureInfo.InvariantCulture);
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        world.Run(TimeSpan.FromSeconds(30), w => w.Observe().Pods.Any(p => p.Container is ContainerSight.Running));
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
    public void A_node_whose_clock_is_behind_times_no_run_out()
    {
        var now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var flow = A.Flow() with { Timeout = new Duration("10m") };
        var entry = new Entry { StartBy = now.AddMinutes(2), Deadline = now.AddMinutes(13) };
        var pod = new ObservedPod { CreatedAt = now, Container = new ContainerSight.Running(now.AddMinutes(-11)) };

        Assert.Equal(now.AddMinutes(10), Expiry.EndsAt(flow, entry, pod));
    }

    [Fact]
    public void A_run_of_a_flow_that_is_no_longer_listed_is_stopped_at_its_timeout()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromHours(1) };
        world.Run(TimeSpan.FromSeconds(20), w => w.Runs.Count > 0);
        Given.That(world.Runs.Count > 0, "runs");

        world.Connector = world.Connector.With(A.Flow() with { Name = "returns", Schedule = "@every 24h" });
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Contains(world.Ended, r => r is { Flow: "orders", Ending.Reason: Reasons.TimedOut });
        Assert.False(world.HasLivePods);
    }
}
