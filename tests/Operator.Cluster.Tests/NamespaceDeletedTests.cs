using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A team deletes its namespace with its running pods, and creates the namespace again.</summary>
public sealed class NamespaceDeletedTests(TestCluster cluster) : ClusterStory(cluster, "ended")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with
    {
        Stores = A.Stores(4),
        MaxStoresPerRun = 1,
        Schedule = "@every 10s",
        Fault = "slow:3",
    };

    [Fact]
    public async Task A_namespace_with_runs_in_it_ends_quietly_and_one_made_again_starts_afresh()
    {
        await Story.ApplyAsync(Connector, Ct);
        await Story.AwaitRunsAsync("runs go on", runs => runs.Any(r => r.HasStarted && !r.HasEnded), Ct);

        // Returns when the namespace is gone; an operator that kept creating pods would delay the deletion.
        await Story.KubectlAsync(Ct, "delete", "namespace", Story.Namespace, "--timeout=100s");

        Assert.Empty(await Story.ComplaintsAsync(Ct));

        await Story.MakeNamespaceAsync(Ct);
        await Story.ApplyAsync(Connector, Ct);
        var again = (await Story.ConnectorAsync(Connector.Name, Ct)).Metadata.CreationTimestamp!.Value; // the server sets it
        await Story.AwaitRunsAsync(
            "every store runs again",
            runs =>
                Connector.Stores.All(s =>
                    runs.Any(r => r.Slot >= again.ToUnixTimeSeconds() && r.Succeeded && r.Stores.Contains(s))
                ),
            Ct
        );
        await Story.AwaitConditionAsync(Connector.Name, "Ready", "Syncing", Ct);
    }
}
