using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>A rollback while runs of the candidate are live, wait for their start, or are not created yet.</summary>
public sealed class InFlightStories
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(25);

    [Theory]
    [InlineData(InFlight.Drain)]
    [InlineData(InFlight.Stop)]
    public void Live_runs_end_as_the_rollout_says_and_their_stores_catch_up(InFlight what)
    {
        var (world, live) = RolledBack(what, crashAfter: int.MaxValue);
        var at = world.Over.EndedAt;
        Assert.NotEmpty(live);

        world.Run(TimeSpan.FromMinutes(2));

        var ended = world.Ended.Where(e => live.Contains((e.Occasion.Id, e.Entry.Index))).ToList();
        Assert.Equal(live.Count, ended.Count);
        Assert.All(
            ended,
            e =>
                Assert.Equal(
                    what == InFlight.Stop ? (RunResult.Infra, Reasons.TakenBack) : (RunResult.Succeeded, "Completed"),
                    (e.Ending.Result, e.Ending.Reason)
                )
        );
        var last = ended.Max(e => e.Entry.EndedAt!.Value) - at;
        Assert.InRange(last, TimeSpan.Zero, what == InFlight.Stop ? TimeSpan.FromSeconds(3) : Slow);
        AssertCaughtUp(world, ended.SelectMany(e => e.Entry.Stores));
    }

    /// <summary>The process dies between the commit of the plan and its pods, and the next one rolls back.</summary>
    [Theory]
    [InlineData(InFlight.Drain)]
    [InlineData(InFlight.Stop)]
    public void Runs_that_are_not_created_are_never_created(InFlight what)
    {
        var (world, live) = RolledBack(what, crashAfter: 1);
        var created = world.Runs.Count(r => r.Arm == Arm.Candidate);

        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(created, world.Runs.Count(r => r.Arm == Arm.Candidate));
        AssertCaughtUp(world, world.Runs.Where(r => r.Arm == Arm.Candidate).SelectMany(r => r.Print.Stores));
        Assert.All(
            live,
            l => Assert.DoesNotContain(world.Record.Plan("orders").Entries, e => e.Result is null && e.Attempt == 1)
        );
    }

    [Theory]
    [InlineData(InFlight.Drain)]
    [InlineData(InFlight.Stop)]
    public void Runs_that_wait_for_their_start_give_their_stores_back(InFlight what)
    {
        var world = World(what);
        world.Versions[A.Better] = new Behaviour { CanStart = false };
        world.ToSlot();
        world.Run(TimeSpan.FromSeconds(2));
        Assert.Contains(world.Record.Plan("orders").Entries, e => e is { Arm: Arm.Candidate, Result: null });
        Fail(world);
        world.Step();
        Assert.True(world.IsOver);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.DoesNotContain(world.Record.Plan("orders").Entries, e => e is { Attempt: 1, Result: null });
        Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, s => s.RedoFrom is not null);
    }

    /// <summary>Half of the stores fail fast, and the others are live when that is proven.</summary>
    private static (World World, HashSet<(string, int)> Live) RolledBack(InFlight what, int crashAfter)
    {
        var world = World(what);
        world.Versions[A.Better] = new Behaviour { Duration = Slow };
        world.ToSlot();
        world.Step(crashAfter);
        world.Now += TimeSpan.FromSeconds(1);
        if (crashAfter == int.MaxValue)
        {
            world.Run(TimeSpan.FromSeconds(2));
        }
        Fail(world);
        world.Step();
        Assert.Equal(AttemptOutcome.RolledBack, world.OverOutcome);
        var live = world
            .Record.Plan("orders")
            .Occasions.SelectMany(o => o.Entries.Select(e => (o.Id, Entry: e)))
            .Where(e =>
                e.Entry is { Attempt: 1, Arm: Arm.Candidate } && (e.Entry.Result is null || e.Entry.Stop is not null)
            )
            .Select(e => (e.Id, e.Entry.Index))
            .ToHashSet();
        return (world, live);
    }

    private static World World(InFlight what)
    {
        var world = A.TrialWorld(
            8,
            s =>
                s with
                {
                    InFlight = what,
                    Evidence = new EvidenceMinima { MinRuns = 1000 },
                },
            A.Flow() with
            {
                StartingDeadline = new Duration("60s"),
            }
        );
        world.Try();
        return world;
    }

    /// <summary>Two stores say that a guard tripped, as of now.</summary>
    private static void Fail(World world) =>
        world.Edit(record =>
            record with
            {
                Attempts = record.Attempts with
                {
                    Current = record.Attempts.Current! with
                    {
                        Guards = new Attempt().Guards.Add(
                            "orders",
                            new GuardWords { Stores = ["store-0001", "store-0002"], Why = "a test" }
                        ),
                    },
                },
            }
        );

    private static void AssertCaughtUp(World world, IEnumerable<string> stores)
    {
        var ran = world
            .Runs.Where(r => r.Arm == Arm.Stable && r.At >= world.Over.EndedAt)
            .SelectMany(r => r.File.Stores)
            .Where(s => s.RedoFrom is not null)
            .Select(s => s.Name)
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(stores, s => Assert.Contains(s, ran));
        Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, s => s.RedoFrom is not null);
    }
}
