using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A real cluster with our images, our operator and a marketplace. It is set up once and shared by many stories.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    private const string MarketplaceNamespace = "e2e-marketplace";

    /// <summary>The label of each story's namespace, so that a later test run finds and deletes leftovers of a killed one.</summary>
    public const string StoryLabel = "marketplace-operator.io/e2e-story";

    private readonly string _suffix = "";
    private IClusterSource? _source;
    private Kube? _kube;
    private OperatorRelease? _operator;

    /// <summary>The cluster that <c>CLUSTER</c> names.</summary>
    public TestCluster() { }

    /// <summary>A second cluster, with a suffix in its name.</summary>
    internal TestCluster(string suffix) => _suffix = suffix;

    internal Places Places { get; } = new();
    internal Kube Kube => _kube ?? throw NotStarted();
    internal OperatorRelease Operator => _operator ?? throw NotStarted();

    /// <summary>Breaks the cluster on purpose; null when this is not possible.</summary>
    internal Chaos? Chaos => _source?.Chaos;

    /// <summary>The address at which the cluster reaches this machine; null when it cannot.</summary>
    internal string? Host { get; private set; }

    /// <summary>The URL of the marketplace for workers, with an IP address, because not every test cluster has DNS.</summary>
    internal string MarketplaceUrl { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        _source = await ClusterSource.ChooseAsync(_suffix, ct);
        _kube = new Kube(await _source.StartAsync(ct), await ToolAsync("kubectl", ct));
        Host = await _source.HostAsync(ct);
        // A killed test run may have left stories that still run.
        await _kube.KubectlAsync(ct, "delete", "namespace", "-l", StoryLabel, "--wait=false");
        await new Images(_source, _kube).ProvideAsync(ct);
        var stamp = await Images.StampOfOperatorAsync(ct);
        _operator = new OperatorRelease(_kube, await ToolAsync("helm", ct), stamp.Trim());
        await _operator.InstallAsync(ct);
        MarketplaceUrl = await OpenMarketplaceAsync(_kube, ct);
    }

    public async ValueTask DisposeAsync()
    {
        Places.Dispose();
        _kube?.Dispose();
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }

    /// <summary>The path of a tool: from HELM, PROMTOOL or KUBECTL; else hack/tools.sh finds or downloads the tool.</summary>
    internal static async Task<string> ToolAsync(string tool, CancellationToken ct) =>
        Environment.GetEnvironmentVariable(tool.ToUpperInvariant()) is { Length: > 0 } path
            ? path
            : (await Shell.RunAsync(Repository.PathOf("hack/tools.sh"), [tool], ct)).OrThrow().Trim();

    /// <summary>Installs the marketplace of the quickstart, for all stories.</summary>
    private static async Task<string> OpenMarketplaceAsync(Kube kube, CancellationToken ct)
    {
        await kube.MakeNamespaceAsync(MarketplaceNamespace, "{}", ct);
        foreach (var file in new[] { "secret.yaml", "marketplace.yaml" })
        {
            await kube.KubectlAsync(ct, "-n", MarketplaceNamespace, "apply", "-f", $"examples/quickstart/{file}");
        }
        string[] wait = ["rollout", "status", "deployment/marketplace", "--timeout=120s"];
        await kube.KubectlAsync(ct, ["-n", MarketplaceNamespace, .. wait]);
        JsonElement service = await kube.GetAsync(
            $"/api/v1/namespaces/{MarketplaceNamespace}/services/marketplace",
            ct
        );
        return $"http://{service.Text("spec", "clusterIP")}:8080";
    }

    private static InvalidOperationException NotStarted() => new("the cluster has not been started");
}
