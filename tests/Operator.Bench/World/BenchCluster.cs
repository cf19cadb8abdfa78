using System.Globalization;
using System.Text;
using Operator.Api;
using Operator.Runtime;
using Prometheus;

namespace Operator.Bench.World;

/// <summary>The API server, called by the product's own client, so that bare calls and the operator use the same transport code.</summary>
internal sealed class BenchCluster : IDisposable
{
    /// <summary>Requests in flight while objects are created before a measurement; not part of any figure.</summary>
    public const int SetUpParallelism = 16;

    private static readonly ResourceType ServiceAccounts = new("", "v1", "serviceaccounts");
    private readonly HttpClient _http;
    private readonly List<string> _namespaces = [];
    private readonly string _runId;

    private BenchCluster(BenchOptions options, TimeProvider time)
    {
        (Options, Time) = (options, time);
        (_http, Api) = FreshClient();
        _runId = time.GetUtcNow().ToUnixTimeSeconds().ToString("x", CultureInfo.InvariantCulture);
    }

    public static ResourceType Connectors { get; } = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.ConnectorPlural);
    public static ResourceType Rollouts { get; } = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.RolloutPlural);
    public static ResourceType Records { get; } = new(ApiGroup.Name, ApiGroup.Version, ApiGroup.RecordPlural);

    public BenchOptions Options { get; }
    public TimeProvider Time { get; }
    public IKubeApi Api { get; }

    public static BenchCluster Connect(BenchOptions options, TimeProvider time) =>
        File.Exists(options.Kubeconfig) && File.Exists(options.Operator)
            ? new BenchCluster(options, time)
            : throw new BenchException("--kubeconfig and --operator must name files; hack/bench.sh sets both");

    /// <summary>A new client without an open connection.</summary>
    public (HttpClient Http, IKubeApi Api) FreshClient()
    {
        var http = KubeConnection.Connect(KubeConnection.FromFile(Options.Kubeconfig), "marketplace-operator-bench");
        var metrics = new KubeApiMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        return (http, new KubeApi(http, Time, metrics, new KubeApiOptions { CallTimeout = TimeSpan.FromMinutes(1) }));
    }

    /// <summary>Creates a namespace with a default ServiceAccount, so that pods can be created when no controller runs.</summary>
    public async Task<string> NamespaceAsync(string purpose, CancellationToken ct)
    {
        var ns = $"bench-{purpose}-{_runId}";
        await Api.CreateAsync(CoreTypes.Namespaces, "", Named("v1", "Namespace", ns), ct);
        _namespaces.Add(ns);
        try
        {
            await Api.CreateAsync(ServiceAccounts, ns, Named("v1", "ServiceAccount", "default"), ct);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            // A cluster with controllers creates the ServiceAccount itself.
        }
        return ns;
    }

    /// <summary>Starts a new operator that watches only its namespace and competes for its lease.</summary>
    public OperatorProcess StartOperator(OperatorStart start) => OperatorProcess.Start(Options, start, Time);

    public Task CreateConnectorsAsync(string ns, IEnumerable<ConnectorDraft> drafts, CancellationToken ct) =>
        InParallelAsync(
            drafts,
            SetUpParallelism,
            (draft, token) => Api.CreateAsync(Connectors, ns, Manifests.Connector(draft), token),
            ct
        );

    public static Task InParallelAsync<T>(
        IEnumerable<T> items,
        int inFlight,
        Func<T, CancellationToken, Task> act,
        CancellationToken ct
    ) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = inFlight, CancellationToken = ct },
            async (item, token) => await act(item, token)
        );

    /// <summary>Cleans up clusters that stay; their controllers delete the objects in the namespaces.</summary>
    public async Task DeleteNamespacesAsync(CancellationToken ct)
    {
        foreach (var ns in _namespaces)
        {
            await Api.DeleteAsync(CoreTypes.Namespaces, new ObjectKey("", ns), uid: null, ct);
        }
    }

    public void Dispose() => _http.Dispose();

    private static byte[] Named(string apiVersion, string kind, string name) =>
        Encoding.UTF8.GetBytes(
            $$"""{"apiVersion":"{{apiVersion}}","kind":"{{kind}}","metadata":{"name":"{{name}}"} }"""
        );
}
