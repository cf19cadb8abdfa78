using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>The parameters of a flow that joined spread by steps, like an image.</summary>
public sealed class JoiningFlowTests(TestCluster cluster) : ClusterStory(cluster, "joining")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest();

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_flow_that_joins_runs_at_once_and_an_edit_of_it_starts_at_the_first_step()
    {
        await Story.ApplyAsync(Connector, Ct);
        await Story.ApplyAsync(A.RolloutManifest() with { Steps = [("10%", "10m"), ("100%", "0s")] }, Ct);
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);

        await Story.ApplyAsync(Connector with { SecondFlow = Prices("dry-run") }, Ct);
        await Story.AwaitRunsAsync(
            "every store runs the flow",
            runs => runs.Where(r => ModeOf(r) == "dry-run").SelectMany(r => r.Stores).Distinct().Count() == 20,
            Ct
        );
        Assert.Equal(0, (await Story.RolloutAsync("shop", Ct)).Status.Attempt?.Number ?? 0);

        await Story.ApplyAsync(Connector with { SecondFlow = Prices("live") }, Ct);
        var seen = await Story.AwaitRunsAsync(
            "the edit runs in two stores",
            runs =>
                runs.Where(r => ModeOf(r) == "live" && r.Succeeded).SelectMany(r => r.Stores).Distinct().Count() == 2,
            Ct
        );
        var newest = seen.Max(r => r.Slot);
        await Story.AwaitRunsAsync(
            "three due times later",
            runs => runs.Any(r => r.Succeeded && r.Slot >= newest + 15),
            Ct
        );

        var live = Story.Runs.Where(r => ModeOf(r) == "live").ToList();
        Assert.All(live, r => Assert.True(r.IsCandidate));
        Assert.Equal(2, live.SelectMany(r => r.Stores).Distinct().Count());
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs.Where(r => r.Flow == "prices"));
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs.Where(r => r.Flow == "orders"));
    }

    private static string Prices(string mode) =>
        $"{{name: prices, schedule: \"@every 5s\", startingDeadline: 40s, startTimeout: 60s, timeout: 30s, maxStoresPerRun: 20, parameters: {{mode: {mode}}}}}";

    private static string? ModeOf(SeenRun run)
    {
        var file = run.Json.Text("metadata", "annotations", "marketplace-operator.io/run");
        return run.Flow == "prices" ? JsonElement.Parse(file ?? "{}").Text("parameters", "mode") : null;
    }
}
