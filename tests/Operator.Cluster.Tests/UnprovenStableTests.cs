using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A worker that never exits with 0 is no leave to give all stores each new version at once.</summary>
public sealed class UnprovenStableTests(TestCluster cluster) : ClusterStory(cluster, "unproven")
{
    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_version_after_a_worker_that_dies_at_its_last_store_starts_at_the_first_step()
    {
        var stores = A.Stores(20);
        // The report covers the stores before the one that is deadly.
        var connector = A.ConnectorManifest() with
        {
            Fault = $"crash:{stores[^1]}",
        };
        await Story.ApplyAsync(connector, Ct);
        await Story.ApplyAsync(A.RolloutManifest() with { Steps = [("10%", "10m"), ("100%", "0s")] }, Ct);
        await Story.AwaitRunsAsync(
            "a run has died",
            runs => runs.Any(r => r is { HasEnded: true, Succeeded: false }),
            Ct
        );
        await Story.AwaitConnectorAsync(
            "shop",
            "a store was reported ok",
            c => c.Status.Flows.Any(f => f.OldestOkSlot is not null),
            Ct
        );

        await Story.ChangeImageAsync("shop", ExampleWorker.Better, Ct);

        await Story.AwaitRunsAsync(
            "a run of the candidate has ended",
            runs => runs.Any(r => r is { IsCandidate: true, HasEnded: true }),
            Ct
        );
        var better = Story.Runs.Where(r => r.Image == ExampleWorker.Better).ToList();
        Assert.All(better, r => Assert.True(r.IsCandidate));
        Assert.InRange(better.SelectMany(r => r.Stores).Distinct().Count(), 1, 2);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_stable_that_never_worked_is_told_and_after_three_due_times_new_content_waits_for_a_rollout()
    {
        await Story.ApplyAsync(A.ConnectorManifest() with { Fault = "exit1" }, Ct);
        var told = await Story.AwaitConditionAsync("shop", "StableUnproven", "StableUnproven", Ct);
        Assert.Contains("no store has been reported ok", told.Message, StringComparison.Ordinal);
        await Story.AwaitConnectorAsync(
            "shop",
            "three due times are over",
            c => c.Status.Conditions.Any(x => x.Type == "StableUnproven" && x.Message.Contains("needs a SyncRollout")),
            Ct
        );

        await Story.ChangeImageAsync("shop", ExampleWorker.Better, Ct);

        await Story.AwaitConditionAsync("shop", "RunsFailing", "ExitCode", Ct);
        var connector = await Story.AwaitConnectorAsync(
            "shop",
            "the operator has seen the new image",
            c => c.Status.ObservedGeneration == c.Metadata.Generation,
            Ct
        );
        Assert.Equal(ExampleWorker.Good, connector.Status.StableImage);
        Assert.DoesNotContain(Story.Runs, r => r.Image == ExampleWorker.Better);
    }
}
