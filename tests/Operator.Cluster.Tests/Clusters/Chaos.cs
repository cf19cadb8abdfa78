using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Breaks the cluster itself with hack/chaos.sh. Works only on a cluster that hack/cluster.sh made from Debian packages.</summary>
internal sealed class Chaos(IReadOnlyDictionary<string, string> environment)
{
    private const string Script = "hack/chaos.sh";

    /// <summary>Kills a process of the cluster, such as <c>etcd</c>, with SIGKILL, and starts it again after the outage.</summary>
    public async Task InterruptAsync(string process, TimeSpan outage, CancellationToken ct)
    {
        await RunAsync(ct, "kill", process);
        await Task.Delay(outage, TimeProvider.System, ct);
        await RunAsync(ct, "again", process);
    }

    /// <summary>Sends a signal to the process of a pod.</summary>
    public Task SignalAsync(string ns, string pod, string signal, CancellationToken ct) =>
        RunAsync(ct, "signal", $"{ns}/{pod}", signal);

    /// <summary>Resets a pod's connections to the API server, and refuses new ones until <see cref="MendAsync"/>.</summary>
    public Task CutAsync(string ns, string pod, CancellationToken ct) => RunAsync(ct, "cut", $"{ns}/{pod}");

    public Task MendAsync(string ns, string pod, CancellationToken ct) => RunAsync(ct, "mend", $"{ns}/{pod}");

    /// <summary>Writes another token into the token file of a pod.</summary>
    public async Task WriteTokenAsync(string ns, string pod, string token, CancellationToken ct) =>
        (await Shell.RunAsync(Repository.PathOf(Script), ["token", $"{ns}/{pod}"], ct, token, environment)).OrThrow();

    private async Task RunAsync(CancellationToken ct, params string[] arguments) =>
        (await Shell.RunAsync(Repository.PathOf(Script), arguments, ct, environment: environment)).OrThrow();
}
