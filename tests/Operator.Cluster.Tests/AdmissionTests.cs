using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A policy engine refuses the operator's pods.</summary>
public sealed class AdmissionTests(TestCluster cluster) : ClusterStory(cluster, "admission")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with { Stores = A.Stores(2) };

    [Fact]
    public async Task A_webhook_that_denies_pods_is_quoted_and_holds_up_nothing_once_it_allows_them()
    {
        await using var webhook = await StartWebhookAsync();
        webhook.Denial = "no pods on Sundays";
        await Story.ApplyAsync(Connector, Ct);

        var refused = await Story.AwaitConditionAsync(Connector.Name, "Ready", "AdmissionDenied", Ct);
        Assert.Contains("denied the request: no pods on Sundays", refused.Message);
        Assert.NotEqual(0, (await MetricsAsync()).Value("marketplace_pod_refusals_total kind=admission"));
        Assert.Empty(Story.Runs);

        webhook.Denial = null;
        await AwaitItGoesOnAsync();
    }

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_webhook_that_does_not_answer_is_named_and_holds_up_nothing_once_it_is_gone()
    {
        await using var webhook = await StartWebhookAsync();
        await webhook.StopAnsweringAsync(Ct);
        await Story.ApplyAsync(Connector, Ct);

        var refused = await Story.AwaitConditionAsync(Connector.Name, "Ready", "AdmissionDenied", Ct);
        Assert.Contains("failed calling webhook \"sundays.example.com\"", refused.Message);

        await webhook.UnregisterAsync(Ct);
        await AwaitItGoesOnAsync();
        Assert.Empty(await Story.FailedReconcilesAsync(Ct));
    }

    private Task<AdmissionWebhook> StartWebhookAsync()
    {
        Assert.SkipWhen(Cluster.Host is null, "this cluster's API server cannot reach a webhook that the test serves");
        return AdmissionWebhook.StartAsync(Cluster.Kube, Cluster.Host!, Story.Namespace, Ct); // not skipped
    }

    /// <summary>A refused pod is no failure of the version, and every store is synced.</summary>
    private async Task AwaitItGoesOnAsync()
    {
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);
        await Story.AwaitConnectorAsync(
            Connector.Name,
            "the connector is ready again",
            c => c.Status.Conditions.Any(x => x is { Type: "Ready", Status: "True" }),
            Ct
        );
        Assert.Equal(0, (await MetricsAsync()).Value("marketplace_runs_total result=failed"));
    }

    private async Task<Scrape> MetricsAsync() =>
        Scrape.Parse(await Cluster.Operator.MetricsAsync(Ct)).Of(Story.Namespace);
}
