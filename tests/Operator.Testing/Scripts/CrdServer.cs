using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>
/// The CRD server of Kubernetes 1.36, with the definitions that a suite installs. Without the server's binary
/// <see cref="Endpoint"/> is null, and tests that need it are skipped with <see cref="WhyNot"/>.
/// </summary>
public sealed class CrdServer : IAsyncDisposable
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string TryOnly = "dryRun=All&fieldValidation=Strict";
    private static readonly TimeSpan UntilServed = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CrdServerProcess _process;
    private readonly HttpClient? _client;
    private readonly Dictionary<string, string> _plurals = new(StringComparer.Ordinal);

    private CrdServer(CrdServerProcess process, HttpClient? client) => (_process, _client) = (process, client);

    public KubeEndpoint? Endpoint => _process.Endpoint;
    public string WhyNot => _process.WhyNot;

    /// <summary>Starts the server of one suite. Suites run in parallel, so each needs its own name.</summary>
    public static async Task<CrdServer> StartAsync(string name)
    {
        var process = await CrdServerProcess.StartAsync(name);
        var client = process.Endpoint is { } endpoint ? KubeConnection.Connect(endpoint, $"{name}/1.0") : null;
        return new CrdServer(process, client);
    }

    /// <summary>Creates or replaces the definition, and waits until the server accepts an object of its kind.</summary>
    /// <exception cref="InvalidOperationException">The server refuses the definition.</exception>
    public async Task InstallAsync(JsonElement definition, JsonElement probe, CancellationToken ct)
    {
        var names = definition.GetProperty("spec").GetProperty("names");
        _plurals[names.GetProperty("kind").GetString()!] = names.GetProperty("plural").GetString()!; // a definition has them
        var path = $"{Definitions}/{definition.GetProperty("metadata").GetProperty("name").GetString()}";
        var present = await SendAsync(HttpMethod.Get, path, null, ct);
        var installed = present.IsSuccess
            ? await SendAsync(HttpMethod.Put, path, WithVersion(definition, present.Json), ct)
            : await SendAsync(HttpMethod.Post, Definitions, definition, ct);
        if (!installed.IsSuccess)
        {
            throw new InvalidOperationException($"{path} is refused: {installed.Message}");
        }
        await UntilServedAsync(probe, ct);
    }

    /// <summary>Sends an object of an installed kind as a dry run.</summary>
    public Task<ServerAnswer> TryAsync(JsonElement item, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"{PathOf(item)}?{TryOnly}", item, ct);

    /// <summary>Creates the object, sends an edit of it as a dry run, and deletes it. Returns the answer to the edit.</summary>
    /// <exception cref="InvalidOperationException">The server refuses the object itself.</exception>
    public async Task<ServerAnswer> TryEditAsync(JsonElement item, JsonElement edited, CancellationToken ct)
    {
        var path = $"{PathOf(item)}/{item.GetProperty("metadata").GetProperty("name").GetString()}";
        var created = await SendAsync(HttpMethod.Post, PathOf(item), item, ct);
        if (!created.IsSuccess)
        {
            throw new InvalidOperationException($"{path} is refused: {created.Message}");
        }
        var answer = await SendAsync(HttpMethod.Put, $"{path}?{TryOnly}", WithVersion(edited, created.Json), ct);
        await SendAsync(HttpMethod.Delete, path, null, ct);
        return answer;
    }

    /// <summary>Sends a definition under another name as a dry run.</summary>
    public Task<ServerAnswer> TryDefinitionAsync(JsonElement definition, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"{Definitions}?{TryOnly}", Renamed(definition), ct);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>Polls, because the server serves a new kind only after a delay and sends no signal.</summary>
    private async Task UntilServedAsync(JsonElement probe, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Pause);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(UntilServed);
        while (!(await TryAsync(probe, limit.Token)).IsSuccess)
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private async Task<ServerAnswer> SendAsync(HttpMethod method, string path, JsonElement? body, CancellationToken ct)
    {
        if (_client is null)
        {
            throw new InvalidOperationException($"there is no server: {WhyNot}");
        }
        using var request = new HttpRequestMessage(method, path);
        if (body is { } json)
        {
            request.Content = new StringContent(
                json.GetRawText(),
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json")
            );
        }
        using var response = await _client.SendAsync(request, ct);
        return new ServerAnswer(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(ct));
    }

    private string PathOf(JsonElement item)
    {
        var plural = _plurals[item.GetProperty("kind").GetString() ?? ""];
        var isPlaced = item.GetProperty("metadata").TryGetProperty("namespace", out var place);
        return $"/apis/{item.GetProperty("apiVersion").GetString()}/namespaces/{(isPlaced ? place.GetString() : "default")}/{plural}";
    }

    private static JsonElement WithVersion(JsonElement definition, JsonElement present) =>
        Changed(
            definition,
            node =>
                node["metadata"]!["resourceVersion"] = present // stored definitions have metadata
                    .GetProperty("metadata")
                    .GetProperty("resourceVersion")
                    .GetString()
        );

    /// <summary>The same definition in another group, so that it is not yet installed.</summary>
    private static JsonElement Renamed(JsonElement definition) =>
        Changed(
            definition,
            node =>
            {
                var spec = node["spec"]!; // every definition has a spec with names
                spec["group"] = "try.example.com";
                node["metadata"]!["name"] = $"{spec["names"]!["plural"]}.try.example.com";
            }
        );

    private static JsonElement Changed(JsonElement json, Action<JsonNode> change)
    {
        var node = json.ToNode();
        change(node);
        return JsonElement.Parse(node.ToJsonString());
    }
}
