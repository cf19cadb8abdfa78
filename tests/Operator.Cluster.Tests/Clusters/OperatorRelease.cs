using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>The operator as a user installs it: our chart, almost with its defaults, and the real Helm.</summary>
internal sealed class OperatorRelease(Kube kube, string helm, string imageStamp)
{
    public const string Name = "marketplace-operator";
    public const string Namespace = "marketplace-operator";
    public const string Chart = "charts/marketplace-operator";

    private const string Selector = $"app.kubernetes.io/name={Name}";
    private const string PodsPath = $"/api/v1/namespaces/{Namespace}/pods";

    public Task<ShellResult> HelmAsync(CancellationToken ct, params string[] arguments) =>
        Shell.RunAsync(
            helm,
            arguments,
            ct,
            environment: new Dictionary<string, string> { ["KUBECONFIG"] = kube.Kubeconfig }
        );

    /// <summary>Installs or upgrades, and waits until the operator is ready.</summary>
    public async Task InstallAsync(CancellationToken ct, params string[] settings)
    {
        // Images keep their tag between builds: the stamp makes Kubernetes start new pods for a new image.
        string[] stamp = ["--set-string", $"podAnnotations.image-stamp={imageStamp}"];
        var flags = settings.Append("operator.minimumInterval=1s").SelectMany(s => new[] { "--set", s });
        string[] install = ["upgrade", "--install", Name, Chart, "--namespace", Namespace, "--create-namespace"];
        (await HelmAsync(ct, [.. install, "--wait", "--timeout", "180s", .. stamp, .. flags])).OrThrow();
    }

    public async Task UninstallAsync(CancellationToken ct) =>
        (await HelmAsync(ct, "uninstall", Name, "--namespace", Namespace, "--wait", "--timeout", "120s")).OrThrow();

    /// <summary>The operator's pods, including pods that are terminating.</summary>
    public async Task<IReadOnlyList<JsonElement>> PodsAsync(CancellationToken ct) =>
        [.. (await kube.GetAsync($"{PodsPath}?labelSelector={Uri.EscapeDataString(Selector)}", ct)).Items("items")];

    /// <summary>The name of the pod that leads.</summary>
    public async Task<string> LeaderAsync(CancellationToken ct)
    {
        var lease = await LeaseAsync(ct);
        // The holder is the pod name and a random suffix.
        return (lease.Text("spec", "holderIdentity") ?? "").Split('_')[0];
    }

    public Task<JsonElement> LeaseAsync(CancellationToken ct) =>
        kube.GetAsync($"/apis/coordination.k8s.io/v1/namespaces/{Namespace}/leases/{Name}", ct);

    /// <summary>The metrics of the leader: other replicas do not reconcile.</summary>
    public async Task<string> MetricsAsync(CancellationToken ct) =>
        await AskAsync(await LeaderAsync(ct), "/metrics", ct) ?? throw new InvalidOperationException("no metrics");

    /// <summary>The answer of a pod's HTTP port; null when the answer is an error.</summary>
    public Task<string?> AskAsync(string pod, string path, CancellationToken ct) =>
        kube.FindTextAsync($"{PodsPath}/{pod}:8080/proxy{path}", ct);

    /// <summary>The logs of all replicas of the last five minutes.</summary>
    public async Task<string> RecentLogAsync(CancellationToken ct)
    {
        string[] logs = ["logs", "-l", Selector, "--tail=-1", "--since=5m"];
        return (await kube.TryKubectlAsync(null, ct, ["-n", Namespace, .. logs])).Output;
    }
}
