using Microsoft.Extensions.Time.Testing;
using Operator.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Worlds on the fake cluster, in process and over HTTP.</summary>
internal static class FakeWorlds
{
    public const string PauseImage = "example/pause:1";
    private const string Namespace = "conformance";
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private static readonly FakeClusterOptions Strict = new()
    {
        CreatesNamespaces = false,
        GarbageCollectionDelay = TimeSpan.FromMilliseconds(300),
        NamespaceDeletionDelay = TimeSpan.FromMilliseconds(300),
    };

    public static ConformanceWorld InProcess()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var cluster = Cluster(time);
        return new ConformanceWorld
        {
            Backend = Backend.FakeInProcess,
            Api = cluster.Connect("conformance"),
            Namespace = Namespace,
            Own = OwnKind.Rollouts,
            PauseImage = PauseImage,
            LimitPods = most => LimitPods(cluster, most),
            Pass = async () =>
            {
                time.Advance(Step);
                // Watches are read on other threads; give them time to run.
                await Task.Delay(1, ConformanceWorld.Ct);
            },
            Close = () =>
            {
                cluster.Dispose();
                return ValueTask.CompletedTask;
            },
        };
    }

    public static async Task<ConformanceWorld> OverHttpAsync()
    {
        var cluster = Cluster(TimeProvider.System);
        var server = await FakeApiServer.StartAsync(cluster, TimeProvider.System, ConformanceWorld.Ct);
        var client = new RealClient(new KubeEndpoint { Server = server.Url });
        return new ConformanceWorld
        {
            Backend = Backend.FakeOverHttp,
            Api = client.Api,
            Namespace = Namespace,
            Own = OwnKind.Rollouts,
            PauseImage = PauseImage,
            LimitPods = most => LimitPods(cluster, most),
            Pass = RealClient.PassAsync,
            Close = async () =>
            {
                client.Dispose();
                await server.DisposeAsync();
                cluster.Dispose();
            },
        };
    }

    private static FakeCluster Cluster(TimeProvider time)
    {
        var cluster = new FakeCluster(time, Strict);
        cluster.Create(CoreTypes.Namespaces, "", Objects.Namespace(Namespace));
        cluster.RunPods(Script);
        return cluster;
    }

    private static Task LimitPods(FakeCluster cluster, int most)
    {
        cluster.LimitPods(Namespace, "few", most);
        return Task.CompletedTask;
    }

    /// <summary>What the node of a real cluster does with this pod.</summary>
    private static PodScript Script(KubeObject pod)
    {
        var container = pod.At("spec", "containers")!.Value[0]; // every pod has one
        return pod.At("spec", "nodeSelector") is not null ? PodScript.Unschedulable()
            : container.GetProperty("image").GetString() != PauseImage ? PodScript.ImageMissing()
            : container.TryGetProperty("command", out _) ? PodScript.Fails(128) with { RunsFor = TimeSpan.Zero }
            : PodScript.Hangs() with { StopExitCode = 0 };
    }
}

/// <summary>The real client, in real time.</summary>
internal sealed class RealClient : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly HttpClient _http;

    public RealClient(KubeEndpoint endpoint)
    {
        _http = KubeConnection.Connect(endpoint, "conformance/1.0");
        var metrics = new KubeApiMetrics(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));
        Api = new KubeApi(_http, TimeProvider.System, metrics, new KubeApiOptions());
    }

    public KubeApi Api { get; }

    public static async ValueTask PassAsync() => await Task.Delay(Step, ConformanceWorld.Ct);

    public void Dispose() => _http.Dispose();
}
