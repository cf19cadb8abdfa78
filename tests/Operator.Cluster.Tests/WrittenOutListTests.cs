using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A list of stores that is written out without a store is refused: taken as left out, it would mean every store.</summary>
public sealed class WrittenOutListTests(TestCluster cluster) : ClusterStory(cluster, "empty-list")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with
    {
        UpdatePolicy = "Immediate",
        Stores = A.Stores(2),
    };

    [Fact]
    public async Task An_action_without_a_store_in_its_list_suspends_nothing_and_says_why()
    {
        await Story.ApplyAsync(Connector, Ct);
        await Story.AwaitConditionAsync("shop", "Ready", "Syncing", Ct);

        var empty = await Story.TryApplyAsync(Suspend("empty", "stores: []"), Ct);
        (await Story.TryApplyAsync(Suspend("absent-minded", "stores:"), Ct)).OrThrow();

        Assert.NotEqual(0, empty.ExitCode);
        Assert.Contains("spec.stores", empty.Error);
        var status = await Story.AwaitActionAsync("absent-minded", Ct);
        Assert.Equal("Rejected", status.State);
        Assert.Equal(
            "spec.stores: the list is empty or null; name stores, or leave the list out for all stores",
            status.Message
        );
        Assert.Empty((await Story.ConnectorAsync("shop", Ct)).Status.Suspensions);
        var before = Story.Runs.Length;
        await Story.AwaitRunsAsync("runs go on", runs => runs.Length > before && runs[^1].Succeeded, Ct);
    }

    private static string Suspend(string name, string stores) =>
        $$"""
            apiVersion: marketplace-operator.io/v1alpha1
            kind: SyncAction
            metadata: {name: {{name}}}
            spec:
              targetRef: {kind: MarketplaceConnector, name: shop}
              action: Suspend
              {{stores}}
            """;
}
