using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>The worker that the contract page shows, as it stands there, with the quickstart's marketplace.</summary>
public sealed class ShellWorkerTests(TestCluster cluster) : ClusterStory(cluster, "shell")
{
    private const string Page = "docs/writing-a-sync-pod.md";
    private const string Image = "ghcr.io/marketplace-operator/example-shell-worker:1.0";

    [Fact]
    public async Task The_worker_of_the_contract_page_syncs_every_store()
    {
        var script = DocumentedBlocks.Of(Page, "sh")[0];
        var worker = File.ReadAllText(Repository.PathOf("examples/workers/shell/worker.sh"));
        Assert.Equal(worker, script);
        var connector = A.ConnectorManifest("shell") with
        {
            Image = Image,
            Stores = A.Stores(3),
            SyncExtra = $"command: [sh, -c]\n    args: [{Quoted(script)}]",
        };
        await Story.ApplyAsync(connector, Ct);

        await Story.AwaitEveryStoreAsync(connector, Image, Ct);

        var synced = await Story.AwaitConnectorAsync(
            connector.Name,
            "orders were read",
            c => c.Status.Flows.Any(f => f.LastSuccess is not null),
            Ct
        );
        Assert.Equal(0, synced.Status.Stores.Stale);
        Assert.All(Story.Runs.Where(r => r.Succeeded), r => Assert.Equal(3, r.Reported.Length));
    }

    [Fact]
    public async Task Without_credentials_it_says_so_of_each_store()
    {
        var connector = A.ConnectorManifest("locked-out") with { Image = Image, Stores = A.Stores(3) };
        var nowhere = Story.Yaml(connector).Replace("name: amazon-eu-app", "name: not-there", StringComparison.Ordinal);
        (await Story.TryApplyAsync(nowhere, Ct)).OrThrow();

        var failing = await Story.AwaitConditionAsync(connector.Name, "StoresFailing", "AuthFailed", Ct);

        Assert.Contains("not-there", failing.Message);
    }

    [Fact]
    public async Task The_first_connector_of_the_contract_page_syncs_its_stores()
    {
        (await Story.TryApplyAsync(Assert.Single(DocumentedBlocks.Of(Page, "yaml")), Ct)).OrThrow();

        await Story.AwaitConnectorAsync(
            "first",
            "both stores are synced",
            c => c.Status.Flows.Any(f => f.LastSuccess is not null) && c.Status.Stores is { Active: 2, Stale: 0 },
            Ct
        );
    }

    /// <summary>The text as a JSON string, which YAML accepts.</summary>
    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
