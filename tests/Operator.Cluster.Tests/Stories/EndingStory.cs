using Operator.Api;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A story of one connector with two stores, checked by its pods and its metrics.</summary>
public abstract class EndingStory(TestCluster cluster) : ClusterStory(cluster, "endings")
{
    private protected const string Name = "endings";

    private protected static ConnectorManifest Connector { get; } =
        A.ConnectorManifest(Name) with
        {
            Stores = A.Stores(2),
            StartingDeadline = "55s",
        };

    private protected async Task<SeenRun> RunAsync(string what, Func<SeenRun, bool> isIt) =>
        (await Story.AwaitRunsAsync(what, runs => runs.Any(isIt), Ct)).First(isIt);

    private protected Task<MarketplaceConnector> AwaitReadyAsync() =>
        Story.AwaitConnectorAsync(
            Name,
            "the connector is ready again",
            c => c.Status.Conditions.Any(x => x is { Type: "Ready", Status: "True" }),
            Ct
        );

    private protected Task<Scrape> AwaitMetricAsync(string query, double least) =>
        Eventually.IsSoAsync(
            $"{query} is at least {least}",
            MetricsAsync,
            metrics => metrics.Value(query) >= least,
            metrics => $"{metrics.Value(query)}",
            Ct
        );

    private protected async Task<Scrape> MetricsAsync() =>
        Scrape.Parse(await Cluster.Operator.MetricsAsync(Ct)).Of(Story.Namespace);
}
