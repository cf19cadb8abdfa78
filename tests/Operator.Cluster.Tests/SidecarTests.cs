using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// A service mesh injects a container that never ends into the operator's pods. The image is that of the marketplace, a server
/// that runs until it is stopped.
/// </summary>
public sealed class SidecarTests(TestCluster cluster) : ClusterStory(cluster, "sidecar")
{
    private const string Sidecar = "istio-proxy";

    /// <summary>The sidecar becomes the first container: a run that is found by its position is never over.</summary>
    private const string Inject = """
        [{"op":"add","path":"/spec/containers/0","value":
          {"name":"istio-proxy","image":"ghcr.io/marketplace-operator/example-marketplace:1.0","imagePullPolicy":"IfNotPresent"}}]
        """;

    /// <summary>
    /// The stores run one after the other, in the only place. The due times are so far apart that history keeps a pod for longer
    /// than a story waits.
    /// </summary>
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with
    {
        Stores = A.Stores(2),
        Schedule = "@every 60s",
        MaxStoresPerRun = 1,
        MaxConcurrentRuns = 1,
    };

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task An_injected_sidecar_hides_no_run_and_keeps_no_place()
    {
        Assert.SkipWhen(Cluster.Host is null, "this cluster's API server cannot reach a webhook that the test serves");
        await using var webhook = await AdmissionWebhook.StartMutatingAsync(Story, Cluster.Host!, Inject, Ct); // not skipped
        await Story.ApplyAsync(Connector, Ct);

        var runs = await Story.AwaitRunsAsync(
            "a run has ended and its pod goes on",
            all => all.Any(HasOnlySidecar),
            Ct
        );
        var first = runs.First(HasOnlySidecar);
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);
        await Story.AwaitConnectorAsync(
            Connector.Name,
            "the connector is ready",
            c => c.Status.Conditions.Any(x => x is { Type: "Ready", Status: "True" }),
            Ct
        );
        await Story.AwaitRunsAsync(
            "the pod that only its sidecar kept alive is gone",
            all => all.Single(r => r.Uid == first.Uid).IsGone,
            Ct
        );

        Assert.Equal(Sidecar, first.Json.Items("spec", "containers").First().Text("name"));
        var metrics = Scrape.Parse(await Cluster.Operator.MetricsAsync(Ct)).Of(Story.Namespace);
        Assert.Equal(0, metrics.Value("marketplace_runs_total result=failed"));
        Assert.Equal(0, metrics.Value("marketplace_runs_total result=infra"));
        Assert.NotEqual(0, metrics.Value("marketplace_runs_total result=succeeded"));
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
        Assert.Empty(await Story.FailedReconcilesAsync(Ct));
    }

    private static bool HasOnlySidecar(SeenRun run) =>
        run is { Succeeded: true, IsGone: false } && run.Json.Text("status", "phase") == "Running";
}
