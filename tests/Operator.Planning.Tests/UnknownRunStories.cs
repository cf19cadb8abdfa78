using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>The record was restored from a backup, and pods run that it does not know.</summary>
public sealed class UnknownRunStories
{
    [Fact]
    public void Runs_of_a_due_time_that_the_restored_record_does_not_know_are_not_doubled()
    {
        var (restored, _) = RestoredWorld();

        var plan = Planner.Plan(restored);

        Assert.Empty(plan.Changes.OfType<Change.CreatePod>());
        Assert.True(plan.MustCommit);
        var entries = plan.Record.Plan("orders").NewestSlot!.Entries; // a due time is open
        Assert.Equal(restored.Pods.Select(p => p.Fingerprint!.Index).Order(), entries.Select(e => e.Index)); // all are runs
        Assert.All(entries, e => Assert.Null(e.Result));
    }

    [Fact]
    public void They_are_folded_as_every_other_run()
    {
        var (restored, ended) = RestoredWorld();
        var adopted = Planner.Plan(restored).Record;

        var plan = Planner.Plan(ended with { Record = new RecordSight.Found(adopted) });

        Assert.Equal(restored.Pods.Length, plan.Folded.Length);
        Assert.All(plan.Folded, f => Assert.Equal(RunResult.Succeeded, f.Ending.Result));
        Assert.Empty(plan.Changes.OfType<Change.CreatePod>());
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void A_live_run_of_a_former_record_takes_a_place(int others, bool isFull)
    {
        var seen = NextDueTime(maxConcurrentRuns: 1);
        var stray = new ObservedPod
        {
            Name = "older",
            Uid = "older",
            CreatedAt = seen.Now.AddMinutes(-1),
            Phase = PodPhase.Running,
            Container = new ContainerSight.Running(seen.Now.AddMinutes(-1)),
            Fingerprint = new Fingerprint
            {
                Record = "former",
                Flow = "orders",
                Occasion = "s1",
                Stores = ["a-store-that-left"],
            },
        };

        var plan = Planner.Plan(seen with { Pods = seen.Pods.AddRange(Enumerable.Repeat(stray, others)) });

        Assert.Equal(isFull, !plan.Changes.OfType<Change.CreatePod>().Any());
    }

    /// <summary>A due time whose runs are live, with the record from before it; and the same when the runs have ended.</summary>
    private static (Observation Restored, Observation Ended) RestoredWorld()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromMinutes(1), w => !w.HasLivePods && w.Runs.Count > 0);
        world.Run(TimeSpan.FromSeconds(20), w => NextIsDue(w));
        var backup = world.Observe().Record;
        world.Runs.Clear();
        world.Run(TimeSpan.FromSeconds(3), w => w.Runs.Count >= 4);
        var live = world.Observe();
        var pods = live.Pods.RemoveAll(p => PodIndex.HasEnded(p));
        Given.That(pods.Length >= 4, "runs that are live");
        world.Run(TimeSpan.FromSeconds(20), w => !w.HasLivePods);
        var ended = world.Observe().Pods.Where(p => pods.Any(l => l.Name == p.Name));
        return (live with { Record = backup, Pods = pods }, live with { Now = world.Now, Pods = [.. ended] });
    }

    private static bool NextIsDue(World world) =>
        !world.HasLivePods && world.Last.WakeAt is { } wake && wake - world.Now <= TimeSpan.FromSeconds(1);

    private static Observation NextDueTime(int maxConcurrentRuns)
    {
        var world = A.SettledWorld();
        var flow = world.Connector.Spec.Flows[0] with { MaxConcurrentRuns = maxConcurrentRuns };
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Flows = [flow] } };
        for (var i = 0; i < 60; i++)
        {
            var seen = world.Observe();
            if (!world.HasLivePods && Planner.Plan(seen).Changes.OfType<Change.CreatePod>().Any())
            {
                return seen;
            }
            world.Step();
            world.Now += TimeSpan.FromSeconds(1);
        }
        throw new InvalidOperationException("no due time came");
    }
}
