using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Api.Tests;

/// <summary>
/// Kubernetes 1.36's CRD server with our CRDs in it. Without its binary the tests that need it are skipped and say so.
/// </summary>
public sealed class CrdServer : IAsyncLifetime
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static readonly TimeSpan UntilServed = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private CrdServerProcess? _process;
    private HttpClient? _client;

    public async ValueTask InitializeAsync()
    {
        _process = await CrdServerProcess.StartAsync("api-tests");
        if (_process.Endpoint is null)
        {
            return;
        }
        _client = KubeConnection.Connect(_process.Endpoint, "api-tests/1.0");
        foreach (var crd in Crd.All)
        {
            await InstallAsync(crd);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _process!.DisposeAsync(); // initialized before
    }

    /// <summary>What the server says to an object, without keeping it. Skips the test when there is no server.</summary>
    internal Task<Answer> TryAsync(JsonElement item) => CreateAsync(PathOf(item), item);

    /// <summary>What the server says to a CRD under another name, without keeping it.</summary>
    internal Task<Answer> TryDefinitionAsync(JsonElement crd) => CreateAsync(Definitions, Renamed(crd));

    private async Task<Answer> CreateAsync(string path, JsonElement item)
    {
        Assert.SkipWhen(_client is null, _process!.WhyNot);
        return await SendAsync(HttpMethod.Post, $"{path}?dryRun=All&fieldValidation=Strict", item);
    }

    private async Task InstallAsync(Crd crd)
    {
        var definition = crd.NewerJson;
        var path = $"{Definitions}/{definition.GetProperty("metadata").GetProperty("name").GetString()}";
        var present = await SendAsync(HttpMethod.Get, path, null);
        var installed = present.IsSuccess
            ? await SendAsync(HttpMethod.Put, path, WithVersion(definition, present.Json))
            : await SendAsync(HttpMethod.Post, Definitions, definition);
        Assert.True(installed.IsSuccess, $"{crd.File} is refused: {installed.Message}");
        await UntilServedAsync(crd);
    }

    /// <summary>The server takes a moment to serve a new kind, and tells nobody when it does.</summary>
    private async Task UntilServedAsync(Crd crd)
    {
        using var timer = new PeriodicTimer(Pause);
        using var limit = new CancellationTokenSource(UntilServed);
        var probe = Manifests.Read(A.Json(crd.Kind).ToJsonString())[0].Root;
        while (
            !(await SendAsync(HttpMethod.Post, $"{PathOf(probe)}?dryRun=All&fieldValidation=Strict", probe)).IsSuccess
        )
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, JsonElement? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is { } json)
        {
            request.Content = new StringContent(
                json.GetRawText(),
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json")
            );
        }
        using var response = await _client!.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.IsSuccessStatusCode, text);
    }

    private static string PathOf(JsonElement item)
    {
        var plural = item.GetProperty("kind").GetString() switch
        {
            ApiGroup.ConnectorKind => ApiGroup.ConnectorPlural,
            ApiGroup.RolloutKind => ApiGroup.RolloutPlural,
            _ => ApiGroup.ActionPlural,
        };
        var isPlaced = item.GetProperty("metadata").TryGetProperty("namespace", out var place);
        return $"/apis/{ApiGroup.ApiVersion}/namespaces/{(isPlaced ? place.GetString() : "default")}/{plural}";
    }

    private static JsonElement WithVersion(JsonElement definition, JsonElement present) =>
        Changed(
            definition,
            node =>
                node["metadata"]!["resourceVersion"] = present
                    .GetProperty("metadata")
                    .GetProperty("resourceVersion")
                    .GetString()
        );

    /// <summary>The same CRD in a group of its own, so that it does not exist yet.</summary>
    private static JsonElement Renamed(JsonElement definition) =>
        Changed(
            definition,
            node =>
            {
                var spec = node["spec"]!;
                spec["group"] = "try.example.com";
                node["metadata"]!["name"] = $"{spec["names"]!["plural"]}.try.example.com";
            }
        );

    private static JsonElement Changed(JsonElement json, Action<JsonNode> change)
    {
        var node = JsonNode.Parse(json.GetRawText())!;
        change(node);
        return JsonSerializer.SerializeToElement(node);
    }
}

/// <summary>What a server answered.</summary>
internal sealed record Answer(bool IsSuccess, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Message =>
        !IsSuccess && Text.StartsWith('{') && Json.TryGetProperty("message", out var message)
            ? message.GetString()!
            : Text;
}
