using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>At the limit of finished pods, history gives way before any run does.</summary>
public sealed class FinishedPodsStories
{
    [Fact]
    public void Finished_pods_that_are_folded_stop_no_run_at_the_cap()
    {
        var (world, seen) = AtDueTime();
        Given.That(world.Record.Plan("orders").Entries.All(e => e.Result is not null), "runs that are all folded");

        var plan = Planner.Plan(seen with { IsAtFinishedPodsCap = true });

        Assert.NotEmpty(plan.Changes.OfType<Change.CreatePod>());
    }

    [Fact]
    public void Finished_pods_that_are_not_folded_stop_new_runs_and_that_is_told()
    {
        var (_, seen) = AtDueTime();

        var plan = Planner.Plan(seen with { IsAtFinishedPodsCap = true, IsFullOfUnfoldedPods = true });

        Assert.Empty(plan.Changes.OfType<Change.CreatePod>());
        var ready = plan.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(("False", Reasons.FinishedPodsCap), (ready.Status, ready.Reason));
    }

    [Fact]
    public void The_oldest_pods_of_closed_occasions_give_way_whatever_the_history_says()
    {
        var world = new World();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                History = new HistoryLimits { Slots = 10, FailedRuns = 20 },
            },
        };
        world.Run(TimeSpan.FromSeconds(85));
        var seen = world.Observe();
        var pods = seen.Pods.OrderBy(p => p.CreatedAt).ToList();
        Given.That(pods.Count == 32 && Pruned(seen).Count == 0, "the pods of eight due times, all kept");

        var upTo = pods[11].CreatedAt;
        var pruned = Pruned(seen with { PruneUpTo = upTo });
        var all = Pruned(seen with { PruneUpTo = seen.Now });

        Assert.Equal(pods.Take(12).Select(p => p.Name).Order(), pruned.Order());
        // Late creates may still arrive for the newest due times.
        var gone = seen.Pods.Where(p => all.Contains(p.Name)).Max(p => p.CreatedAt);
        Assert.True(gone + TimeSpan.FromSeconds(33) < seen.Now);
        Assert.InRange(all.Count, 16, 24);
    }

    private static List<string> Pruned(Observation seen) =>
        [.. Planner.Plan(seen).Changes.OfType<Change.DeletePod>().Select(d => d.Name)];

    private static (World World, Observation Seen) AtDueTime()
    {
        var world = new World();
        world.Run(TimeSpan.FromSeconds(25));
        world.Now = new DateTimeOffset(2026, 11, 24, 12, 0, 30, TimeSpan.Zero);
        var seen = world.Observe();
        Given.That(Planner.Plan(seen).Changes.OfType<Change.CreatePod>().Any(), "runs that are due");
        return (world, seen);
    }
}
