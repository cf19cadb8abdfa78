using System.Net;
using System.Text;
using System.Text.Json;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// Access to the cluster: kubectl for actions of users, and plain HTTP for checks. Only the connection is the product's code;
/// answers are read here, not by the code under test.
/// </summary>
internal sealed class Kube(string kubeconfig, string kubectl) : IDisposable
{
    public const string OurApi = "/apis/marketplace-operator.io/v1alpha1";

    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(30);

    /// <summary>Longer than the timeout of a watch: after this silence the server is gone.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = KubeConnection.Connect(KubeConnection.FromFile(kubeconfig), "e2e-tests");

    public string Kubeconfig => kubeconfig;

    public Task<ShellResult> TryKubectlAsync(string? input, CancellationToken ct, params string[] arguments) =>
        Shell.RunAsync(kubectl, ["--kubeconfig", kubeconfig, .. arguments], ct, input);

    public async Task<string> KubectlAsync(CancellationToken ct, params string[] arguments) =>
        (await TryKubectlAsync(null, ct, arguments)).OrThrow();

    public async Task<string> ApplyAsync(string ns, string manifest, CancellationToken ct) =>
        (await TryKubectlAsync(manifest, ct, "-n", ns, "apply", "-f", "-")).OrThrow();

    public Task<string> MakeNamespaceAsync(string name, string labels, CancellationToken ct) =>
        ApplyAsync(
            "default",
            $"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: {name}
              labels: {labels}
            """,
            ct
        );

    /// <summary>Null when the object does not exist.</summary>
    public async Task<JsonElement?> FindAsync(string path, CancellationToken ct)
    {
        using var response = await WithinAsync(CallLimit, t => _http.GetAsync(path.TrimStart('/'), t), ct);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        var body = await response.Content.ReadAsStringAsync(ct);
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(body)
            : throw new InvalidOperationException($"GET {path}: {(int)response.StatusCode} {body}");
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken ct) =>
        await FindAsync(path, ct) ?? throw new InvalidOperationException($"GET {path}: not found");

    /// <summary>Text such as a pod's log or the operator's metrics; null when the answer is an error.</summary>
    public async Task<string?> FindTextAsync(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path.TrimStart('/'));
        request.Headers.Accept.ParseAdd("*/*");
        using var response = await WithinAsync(CallLimit, t => _http.SendAsync(request, t), ct);
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(ct) : null;
    }

    /// <summary>Sends a merge patch, also for paths that kubectl cannot patch, such as a whole status.</summary>
    public async Task PatchAsync(string path, string mergePatch, CancellationToken ct)
    {
        using var content = new StringContent(mergePatch, Encoding.UTF8, "application/merge-patch+json");
        using var response = await _http.PatchAsync(path.TrimStart('/'), content, ct);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The events of a watch, until the server ends the watch.</summary>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        using var response = await WithinAsync(
            CallLimit,
            t => _http.GetAsync(path.TrimStart('/'), HttpCompletionOption.ResponseHeadersRead, t),
            ct
        );
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
        while (await WithinAsync(SilenceLimit, t => reader.ReadLineAsync(t).AsTask(), ct) is { } line)
        {
            var item = JsonElement.Parse(line);
            yield return new WatchEvent(item.GetProperty("type").GetString() ?? "", item.GetProperty("object"));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A killed server may never answer a call: makes this an <see cref="HttpRequestException"/>, as for other faults.</summary>
    private static async Task<T> WithinAsync<T>(
        TimeSpan limit,
        Func<CancellationToken, Task<T>> call,
        CancellationToken ct
    )
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct);
        linked.CancelAfter(limit);
        try
        {
            return await call(linked.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {limit.TotalSeconds} s", e);
        }
    }
}

internal sealed record WatchEvent(string Type, JsonElement Object);
