using System.Net;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>
/// A real cluster: from <c>TEST_KUBECONFIG</c>, else from <c>hack/cluster.sh</c> with the name in <c>CLUSTER</c>. Each test gets
/// its own namespace; the CRD that this class creates is deleted at the end.
/// </summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private const string DefaultName = "marketplace-operator-test";
    private static readonly ResourceType Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private static readonly ResourceType Quotas = new("", "v1", "resourcequotas");
    private static readonly ResourceType Nodes = new("", "v1", "nodes");
    private readonly Lazy<Task<Connection>> _connection = new(ConnectAsync);

    private sealed record Connection(RealClient? Client, string WhyNot, string? PauseImage);

    public async Task<ConformanceWorld> OpenAsync()
    {
        var (client, whyNot, pauseImage) = await _connection.Value;
        Assert.SkipWhen(client is null, whyNot);
        var api = client!.Api; // skipped without one
        var ns = $"conformance-{Guid.NewGuid():N}"[..22];
        await api.CreateAsync(CoreTypes.Namespaces, "", Objects.Namespace(ns).Bytes(), ConformanceWorld.Ct);
        return new ConformanceWorld
        {
            Backend = Backend.RealCluster,
            Api = api,
            Namespace = ns,
            Own = OwnKind.Widgets,
            PauseImage = pauseImage,
            // Kubernetes 1.20 does not know streaming lists; 1.32 and later serve them.
            StreamingLists = [HttpStatusCode.UnprocessableEntity, HttpStatusCode.OK],
            LimitPods = most => LimitPodsAsync(api, ns, most),
            Pass = RealClient.PassAsync,
            // No token: a cancelled test cleans up too.
            Close = async () =>
                await api.DeleteAsync(CoreTypes.Namespaces, new ObjectKey("", ns), uid: null, CancellationToken.None),
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated && await _connection.Value is { Client: { } client })
        {
            var name = OwnKind.WidgetDefinition()["metadata"]!["name"]!.GetValue<string>(); // OwnKind has its text
            await client.Api.DeleteAsync(Definitions, new ObjectKey("", name), uid: null, CancellationToken.None);
            client.Dispose();
        }
    }

    private static async Task<Connection> ConnectAsync()
    {
        var kubeconfig = Kubeconfig();
        if (!File.Exists(kubeconfig))
        {
            return new Connection(null, $"no cluster: there is no {kubeconfig} (hack/cluster.sh up makes one)", null);
        }
        var client = new RealClient(KubeEndpoint.FromFile(kubeconfig));
        try
        {
            var nodes = await client.Api.ListAsync(Nodes, null, new ListOptions(), CancellationToken.None);
            await DefineAsync(client.Api);
            return new Connection(client, "", PauseImageOf(nodes));
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            client.Dispose();
            return new Connection(
                null,
                $"no cluster: the API server in {kubeconfig} does not answer: {e.Message}",
                null
            );
        }
    }

    private static async Task LimitPodsAsync(KubeApi api, string ns, int most)
    {
        var quota = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ResourceQuota",
            ["metadata"] = new JsonObject { ["name"] = "few" },
            ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["pods"] = $"{most}" } },
        };
        var created = await api.CreateAsync(Quotas, ns, quota.Bytes(), ConformanceWorld.Ct);
        // A quota works only after its controller has seen it.
        while ((await api.GetAsync(Quotas, created.Key, ConformanceWorld.Ct))?.At("status", "hard") is null)
        {
            await RealClient.PassAsync();
        }
    }

    private static string Kubeconfig()
    {
        if (Environment.GetEnvironmentVariable("TEST_KUBECONFIG") is { Length: > 0 } given)
        {
            return given;
        }
        var name = Environment.GetEnvironmentVariable("CLUSTER") is { Length: > 0 } told ? told : DefaultName;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set
            ? set
            : Path.Combine(home, ".cache");
        return Path.Combine(cache, "marketplace-operator", "clusters", name, "kubeconfig");
    }

    private static async Task DefineAsync(KubeApi api)
    {
        try
        {
            await api.CreateAsync(Definitions, "", OwnKind.WidgetDefinition().Bytes(), CancellationToken.None);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            // A killed test run left the same CRD.
        }
        await OwnKind.Widgets.UntilServedAsync(api);
    }

    private static string? PauseImageOf(ListPage nodes) =>
        nodes
            .Items.SelectMany(n => n.GetProperty("status").GetProperty("images").EnumerateArray())
            .Select(i => i.GetProperty("names"))
            // An image that lost its name to a newer image has null names.
            .Where(names => names.ValueKind == System.Text.Json.JsonValueKind.Array)
            .SelectMany(names => names.EnumerateArray())
            .Select(n => n.GetString())
            .FirstOrDefault(n => n?.Contains("pause", StringComparison.Ordinal) == true);
}
