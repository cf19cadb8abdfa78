using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A step does not wait for ever for a store that is away.</summary>
public sealed class AwayStoreTests(TestCluster cluster) : ClusterStory(cluster, "away")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest();

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task The_place_of_a_store_that_is_suspended_passes_to_the_next()
    {
        await Story.ApplyAsync(Connector, Ct);
        await Story.ApplyAsync(A.RolloutManifest() with { Steps = [("1", "10m"), ("100%", "0s")] }, Ct);
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);
        await Story.ChangeImageAsync("shop", ExampleWorker.Better, Ct);
        var runs = await Story.AwaitRunsAsync(
            "one store ran the candidate",
            seen => seen.Any(r => r is { IsCandidate: true, Succeeded: true }),
            Ct
        );
        var first = Assert.Single(MidStep.Candidate(runs, 1).Reached);

        await Story.ApplyAsync(
            new ActionManifest
            {
                Name = "away",
                Action = "Suspend",
                Stores = [first],
            },
            Ct
        );

        await Story.AwaitRunsAsync(
            "another store has its place",
            seen => MidStep.Candidate(seen, 1).Reached.Count == 2,
            Ct
        );
        var newest = Story.Runs.Max(r => r.Slot);
        await Story.AwaitRunsAsync(
            "four due times later",
            seen => seen.Any(r => r is { IsCandidate: true, Succeeded: true } && r.Slot >= newest + 20),
            Ct
        );
        Assert.Equal(2, MidStep.Candidate(Story.Runs, 1).Reached.Count);
        Assert.Equal("1/20", (await Story.RolloutAsync("shop", Ct)).Status.Attempt?.CohortOf);
        var events = await Story.KubectlAsync(Ct, "get", "events", "--field-selector=reason=PlacePassedOn");
        Assert.Contains(
            $"the place of store '{first}', which is suspended, passes to",
            events,
            StringComparison.Ordinal
        );
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
