using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A user asks why a store is not synced. The command answers from the record, through the real API server.</summary>
public sealed class StoreExplainedTests(TestCluster cluster) : ClusterStory(cluster, "explained")
{
    [Fact]
    public async Task A_store_that_fails_is_stale_and_explained_and_so_is_a_suspension()
    {
        var connector = A.ConnectorManifest() with
        {
            Stores = A.Stores(3),
            MaxStoresPerRun = 1,
            Schedule = "@every 10s",
            Fault = "crash:seller-02",
        };
        await Story.ApplyAsync(connector, Ct);
        var seen = await Story.AwaitConnectorAsync(
            connector.Name,
            "the only stale store is the one that crashes its worker",
            // On a busy machine, a missed slot can be the last outcome for some time.
            c => c.Status.Stores.Stale == 1 && c.Status.WorstStores is [{ Reason: "InternalError" }],
            Ct
        );
        var worst = Assert.Single(seen.Status.WorstStores);
        Assert.Equal(("seller-02", "orders"), (worst.Name, worst.Flow));

        var failing = await ExplainAsync("seller-02");
        var healthy = await ExplainAsync("seller-01");
        await Story.SuspendAsync(connector.Name, Ct);
        var suspended = await ExplainAsync("seller-01");

        Assert.Equal(1, failing.ExitCode);
        Assert.Contains("STALE", failing.Output);
        Assert.Contains("InternalError  the worker failed on it", failing.Output);
        Assert.True(healthy.ExitCode == 0, healthy.Everything);
        Assert.Contains("Synced   all of its items went well", healthy.Output);
        Assert.Contains("- the connector is suspended", suspended.Output);
    }

    [Fact]
    public async Task A_store_that_does_not_exist_is_said_with_those_that_do()
    {
        await Story.ApplyAsync(A.ConnectorManifest() with { Stores = A.Stores(2), Suspend = true }, Ct);

        var answer = await ExplainAsync("seller-1");

        Assert.Equal(2, answer.ExitCode);
        Assert.Contains("did you mean seller-01, seller-02?", answer.Error);
    }

    /// <summary>Runs the program as kubectl does.</summary>
    private Task<ShellResult> ExplainAsync(string store) =>
        Shell.RunAsync(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "kubectl-marketplace.dll"),
                "store",
                store,
                "-n",
                Story.Namespace,
                "--kubeconfig",
                Cluster.Kube.Kubeconfig,
            ],
            Ct
        );
}
