using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Faults of the operator and of the cluster under it.</summary>
internal sealed class OperatorChaos(TestCluster cluster, Chaos chaos)
{
    private const string Ns = OperatorRelease.Namespace;
    private const string SecretsPath = $"/api/v1/namespaces/{Ns}/secrets";

    private OperatorRelease Operator => cluster.Operator;

    public Task InterruptAsync(string process, TimeSpan outage, CancellationToken ct) =>
        chaos.InterruptAsync(process, outage, ct);

    /// <summary>SIGKILL: the leader cannot release its lease, so the other replica waits until the lease expires.</summary>
    public async Task KillLeaderAsync(CancellationToken ct)
    {
        var leader = await Operator.LeaderAsync(ct);
        await chaos.SignalAsync(Ns, leader, "KILL", ct);
        await AwaitOtherLeaderAsync(leader, ct);
    }

    /// <summary>Freezes the leader until another replica leads, then continues it: for a moment it still takes itself for the leader.</summary>
    public async Task FreezeLeaderAsync(CancellationToken ct)
    {
        var leader = await Operator.LeaderAsync(ct);
        await chaos.SignalAsync(Ns, leader, "STOP", ct);
        await AwaitOtherLeaderAsync(leader, ct);
        await chaos.SignalAsync(Ns, leader, "CONT", ct);
    }

    public async Task ResetConnectionsAsync(CancellationToken ct)
    {
        var pods = (await Operator.PodsAsync(ct)).Select(p => p.Text("metadata", "name") ?? "").ToList();
        foreach (var pod in pods)
        {
            await chaos.CutAsync(Ns, pod, ct);
        }
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, ct); // retries fail during this time
        foreach (var pod in pods)
        {
            await chaos.MendAsync(Ns, pod, ct);
        }
    }

    /// <summary>
    /// Revokes the leader's token: its requests are refused until the token file has a valid token. A restart would not help, and
    /// the pod must not restart.
    /// </summary>
    public async Task RotateTokenAsync(CancellationToken ct)
    {
        var leader = await Operator.LeaderAsync(ct);
        var old = await TokenBoundToAsync("e2e-token-old", ct);
        await chaos.WriteTokenAsync(Ns, leader, old, ct);
        await AwaitRequestsAsync(leader, "200", ct);
        await cluster.Kube.KubectlAsync(ct, "-n", Ns, "delete", "secret", "e2e-token-old");
        // Writes the token before each check, because the kubelet writes its own token about once a minute.
        await AwaitRequestsAsync(leader, "401", ct, () => chaos.WriteTokenAsync(Ns, leader, old, ct));
        await chaos.WriteTokenAsync(Ns, leader, await TokenBoundToAsync("e2e-token-new", ct), ct);
        await AwaitRequestsAsync(leader, "200", ct);
    }

    private Task<string> AwaitOtherLeaderAsync(string leader, CancellationToken ct) =>
        Eventually.IsSoAsync(
            $"another replica than {leader} leads",
            () => Operator.LeaderAsync(ct),
            now => now.Length > 0 && now != leader,
            now => now,
            ct
        );

    /// <summary>Waits until one more request of the pod is answered with the code.</summary>
    private async Task AwaitRequestsAsync(
        string pod,
        string code,
        CancellationToken ct,
        Func<Task>? beforeEachLook = null
    )
    {
        var before = await RequestsAsync(pod, code, ct);
        await Eventually.IsSoAsync(
            $"requests of {pod} are answered with {code}",
            async () =>
            {
                await (beforeEachLook?.Invoke() ?? Task.CompletedTask);
                return await RequestsAsync(pod, code, ct);
            },
            now => now > before,
            now => $"{now}",
            ct
        );
    }

    private async Task<double> RequestsAsync(string pod, string code, CancellationToken ct) =>
        Scrape
            .Parse(await Operator.AskAsync(pod, "/metrics", ct) ?? throw new InvalidOperationException("no metrics"))
            .Value($"rest_client_requests_total code={code}");

    /// <summary>A token that is valid as long as the Secret exists. Creates the Secret.</summary>
    private async Task<string> TokenBoundToAsync(string secret, CancellationToken ct)
    {
        await cluster.Kube.ApplyAsync(Ns, $"apiVersion: v1\nkind: Secret\nmetadata: {{name: {secret}}}", ct);
        var uid = (await cluster.Kube.GetAsync($"{SecretsPath}/{secret}", ct)).Text("metadata", "uid");
        var request = $$"""
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
             "spec": {"audiences": ["https://kubernetes.default.svc"], "expirationSeconds": 3600,
                      "boundObjectRef": {"apiVersion": "v1", "kind": "Secret", "name": "{{secret}}", "uid": "{{uid}}"} } }
            """;
        var path = $"/api/v1/namespaces/{Ns}/serviceaccounts/{OperatorRelease.Name}/token";
        var answer = await cluster.Kube.TryKubectlAsync(request, ct, "create", "--raw", path, "-f", "-");
        return JsonElement.Parse(answer.OrThrow()).Text("status", "token") ?? "";
    }
}
