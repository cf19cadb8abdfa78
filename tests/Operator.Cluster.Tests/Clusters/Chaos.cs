using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>hack/chaos.sh: breaks the cluster itself. Only where hack/cluster.sh made it from Debian's packages.</summary>
internal sealed class Chaos(IReadOnlyDictionary<string, string> environment)
{
    private const string Script = "hack/chaos.sh";

    /// <summary>SIGKILL to a part of the cluster, such as <c>etcd</c>; it comes back after that time, as it was.</summary>
    public async Task InterruptAsync(string process, TimeSpan outage, CancellationToken ct)
    {
        await RunAsync(ct, "kill", process);
        await Task.Delay(outage, TimeProvider.System, ct);
        await RunAsync(ct, "again", process);
    }

    /// <summary>A signal to the process of a pod.</summary>
    public Task SignalAsync(string ns, string pod, string signal, CancellationToken ct) =>
        RunAsync(ct, "signal", $"{ns}/{pod}", signal);

    /// <summary>Resets a pod's connections to the API server, and refuses new ones until it is mended.</summary>
    public Task CutAsync(string ns, string pod, CancellationToken ct) => RunAsync(ct, "cut", $"{ns}/{pod}");

    public Task MendAsync(string ns, string pod, CancellationToken ct) => RunAsync(ct, "mend", $"{ns}/{pod}");

    /// <summary>Puts another token into the file that a pod reads.</summary>
    public async Task WriteTokenAsync(string ns, string pod, string token, CancellationToken ct) =>
        (await Shell.RunAsync(Repository.PathOf(Script), ["token", $"{ns}/{pod}"], ct, token, environment)).OrThrow();

    private async Task RunAsync(CancellationToken ct, params string[] arguments) =>
        (await Shell.RunAsync(Repository.PathOf(Script), arguments, ct, environment: environment)).OrThrow();
}
