using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Whoever reverts in Git before the verdict gets the catch-up all the same.</summary>
public sealed class RevertedInGitTests(TestCluster cluster) : ClusterStory(cluster, "reverted")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest();

    [Fact]
    public async Task What_a_version_did_is_done_again_at_once_when_Git_goes_back()
    {
        await Story.ApplyAsync(Connector, Ct);
        await Story.ApplyAsync(A.RolloutManifest() with { Steps = [("10%", "10m"), ("100%", "0s")] }, Ct);
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);
        await Story.ChangeImageAsync("shop", ExampleWorker.Better, Ct);
        await Story.AwaitRunsAsync(
            "two stores ran the candidate",
            runs => MidStep.Candidate(runs, 1).Reached.Count == 2,
            Ct
        );

        await Story.ChangeImageAsync("shop", ExampleWorker.Good, Ct);

        var runs = await Story.AwaitRunsAsync(
            "both catch up",
            seen =>
                seen.Where(r => r.Occasion == "c1" && r.Succeeded).SelectMany(r => r.Stores).Distinct().Count() == 2,
            Ct
        );
        var bad = runs.Where(r => r is { IsCandidate: true, HasStarted: true }).ToList();
        var again = runs.Where(r => r.Occasion == "c1").ToList();
        Assert.All(again, r => Assert.Equal((ExampleWorker.Good, false), (r.Image, r.IsCandidate)));
        Assert.Equal(
            bad.SelectMany(r => r.Stores).Distinct().Order(StringComparer.Ordinal),
            again.SelectMany(r => r.RedoFrom.Keys).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.All(
            again.SelectMany(r => r.RedoFrom),
            redo =>
                Assert.Equal(
                    bad.Where(r => r.Stores.Contains(redo.Key)).Min(r => r.Slot),
                    redo.Value.ToUnixTimeSeconds()
                )
        );
        var rollout = await Story.RolloutAsync("shop", Ct);
        Assert.Equal(
            ("Superseded", "BackToStable"),
            (rollout.Status.History[0].Outcome, rollout.Status.History[0].Reason)
        );
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
