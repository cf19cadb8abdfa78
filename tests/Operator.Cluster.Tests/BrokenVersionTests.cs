using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A version that never works reaches only the stores of its first step, and its attempt ends.</summary>
public sealed class BrokenVersionTests(TestCluster cluster) : ClusterStory(cluster, "broken")
{
    private static readonly ConnectorManifest Working = A.ConnectorManifest();

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_version_that_exits_with_1_at_once_never_leaves_the_first_step()
    {
        await Story.ApplyAsync(Working, Ct);
        await Story.ApplyAsync(A.RolloutManifest(), Ct);
        await Story.AwaitEveryStoreAsync(Working, ExampleWorker.Good, Ct);

        await Story.ApplyAsync(Working with { Image = ExampleWorker.Better, Fault = "exit1" }, Ct);

        var rolledBack = await Story.AwaitPhaseAsync("shop", "RolledBack", attempt: 1, Ct);
        Assert.Equal("WorseThanStable", rolledBack.Status.Attempt?.Reason);
        Assert.Contains("were the versions alike", rolledBack.Status.Attempt?.Message, StringComparison.Ordinal);
        await MidStep.AwaitAllOnStableAsync(Story, Working, ExampleWorker.Good, Ct);
        Assert.InRange(MidStep.Candidate(Story.Runs, attempt: 1).Reached.Count, 1, 2);
        Invariants.Stores_ran_stable_in_their_next_slot(Story.Runs, attempt: 1, ExampleWorker.Good, MidStep.Period);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    [Fact]
    public async Task A_version_whose_image_cannot_be_pulled_reaches_one_store_and_ends_its_attempt()
    {
        // A kubelet may keep a pod that never started for a minute after its deletion; its store waits for this time.
        var working = Working with
        {
            Schedule = "@every 20s",
            StartTimeout = "8s",
        };
        await Story.ApplyAsync(working, Ct);
        await Story.ApplyAsync(A.RolloutManifest(), Ct);
        await Story.AwaitEveryStoreAsync(working, ExampleWorker.Good, Ct);

        await Story.ChangeImageAsync("shop", "localhost/example-sync-worker:9.9", Ct);

        var ended = await Story.AwaitPhaseAsync("shop", "RolledBack", attempt: 1, Ct);
        Assert.Equal("ImageUnavailable", ended.Status.Attempt?.Reason);
        await MidStep.AwaitAllOnStableAsync(Story, working, ExampleWorker.Good, Ct);
        var candidate = Story.Runs.Where(r => r.IsCandidate).ToList();
        Assert.Single(candidate.SelectMany(r => r.Stores).Distinct());
        Assert.DoesNotContain(candidate, r => r.HasStarted);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_version_whose_container_can_not_run_ends_its_attempt_with_the_runtimes_words()
    {
        var working = Working with { Schedule = "@every 15s" };
        await Story.ApplyAsync(working, Ct);
        await Story.ApplyAsync(A.RolloutManifest(), Ct);
        await Story.AwaitEveryStoreAsync(working, ExampleWorker.Good, Ct);

        await Story.ApplyAsync(working with { SyncExtra = "command: [/no/such/command]" }, Ct);

        var ended = await Story.AwaitPhaseAsync("shop", "RolledBack", attempt: 1, Ct);
        Assert.Equal("StartError", ended.Status.Attempt?.Reason);
        Assert.Contains("/no/such/command", ended.Status.Attempt?.Message);
        var candidate = Story.Runs.Where(r => r.IsCandidate).ToList();
        Assert.InRange(candidate.Count, 3, 4);
        Assert.Single(candidate.SelectMany(r => r.Stores).Distinct());
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
