using DotNet.Testcontainers.Containers;
using Operator.Testing;
using Testcontainers.K3s;

namespace Operator.Cluster.Tests;

/// <summary>A source of a real Kubernetes cluster for the tests.</summary>
internal interface IClusterSource : IAsyncDisposable
{
    /// <summary>Starts the cluster and returns the path of its kubeconfig.</summary>
    Task<string> StartAsync(CancellationToken ct);

    /// <summary>Loads the images of a docker-archive onto the nodes.</summary>
    Task LoadAsync(string archive, CancellationToken ct);

    /// <summary>Breaks the cluster on purpose; null when this is not possible.</summary>
    Chaos? Chaos => null;

    /// <summary>The address at which the cluster reaches this machine; null when it cannot.</summary>
    Task<string?> HostAsync(CancellationToken ct) => Task.FromResult<string?>(null);
}

/// <summary>Chooses a given cluster, else k3s in Docker, else hack/cluster.sh.</summary>
internal static class ClusterSource
{
    private static string? Kubeconfig =>
        Environment.GetEnvironmentVariable("TEST_KUBECONFIG") is { Length: > 0 } path ? path : null;

    /// <summary>Whether <c>TEST_KUBECONFIG</c> names a cluster; then all tests use this one.</summary>
    public static bool IsGiven => Kubeconfig is not null;

    /// <summary>The suffix distinguishes clusters of one test run.</summary>
    public static async Task<IClusterSource> ChooseAsync(string suffix, CancellationToken ct)
    {
        if (Kubeconfig is { } kubeconfig)
        {
            return new ExistingCluster(kubeconfig);
        }
        return await DockerAnswersAsync(ct) ? new K3sCluster() : new ScriptedCluster(suffix);
    }

    private static async Task<bool> DockerAnswersAsync(CancellationToken ct)
    {
        var answer = await Shell.RunAsync("sh", ["-c", "command -v docker && timeout 5 docker info"], ct);
        return answer.ExitCode == 0;
    }
}

/// <summary>The cluster of <c>TEST_KUBECONFIG</c>. It must have the images or be able to pull them.</summary>
internal sealed class ExistingCluster(string kubeconfig) : IClusterSource
{
    public Task<string> StartAsync(CancellationToken ct) => Task.FromResult(kubeconfig);

    public Task LoadAsync(string archive, CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>k3s in a container, which is removed after the tests. K3S_IMAGE selects the version of Kubernetes.</summary>
internal sealed class K3sCluster : IClusterSource
{
    private const string DefaultImage = "docker.io/rancher/k3s:v1.35.2-k3s1";

    private readonly K3sContainer _container = new K3sBuilder(
        Environment.GetEnvironmentVariable("K3S_IMAGE") is { Length: > 0 } image ? image : DefaultImage
    ).Build();

    public async Task<string> StartAsync(CancellationToken ct)
    {
        await _container.StartAsync(ct);
        var path = Path.Combine(Path.GetTempPath(), $"marketplace-operator-{_container.Id[..12]}.kubeconfig");
        await File.WriteAllTextAsync(path, await _container.GetKubeconfigAsync(), ct);
        return path;
    }

    public async Task LoadAsync(string archive, CancellationToken ct)
    {
        await _container.CopyAsync(new FileInfo(archive), "/images", ct: ct);
        await ExecAsync(["ctr", "-n", "k8s.io", "images", "import", $"/images/{Path.GetFileName(archive)}"], ct);
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private async Task ExecAsync(IList<string> command, CancellationToken ct)
    {
        ExecResult result = await _container.ExecAsync(command, ct);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{string.Join(' ', command)}' in k3s: {result.Stderr}");
        }
    }
}

/// <summary>A cluster of hack/cluster.sh, named by CLUSTER and the suffix. It stays up for the next run; <c>make clean</c> removes it.</summary>
internal sealed class ScriptedCluster(string suffix) : IClusterSource
{
    private const string Script = "hack/cluster.sh";

    private readonly Dictionary<string, string> _environment = new()
    {
        ["CLUSTER"] = suffix.Length == 0 ? Given : $"{Given}-{suffix}",
    };

    private static string Given =>
        Environment.GetEnvironmentVariable("CLUSTER") is { Length: > 0 } name ? name : "marketplace-operator-test";

    public Chaos? Chaos => new(_environment);

    public async Task<string> StartAsync(CancellationToken ct)
    {
        await RunAsync(["up"], ct);
        return (await RunAsync(["kubeconfig"], ct)).Trim();
    }

    public Task LoadAsync(string archive, CancellationToken ct) => RunAsync(["load", archive], ct);

    public async Task<string?> HostAsync(CancellationToken ct) => (await RunAsync(["host"], ct)).Trim();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<string> RunAsync(string[] arguments, CancellationToken ct) =>
        (await Shell.RunAsync(Repository.PathOf(Script), arguments, ct, environment: _environment)).OrThrow();
}
