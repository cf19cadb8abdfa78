using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Polly;

namespace Operator.Runtime;

/// <summary>The gateway over HTTP. Reads and deletes are retried for a few seconds; a write is sent once.</summary>
public sealed class KubeApi(HttpClient http, TimeProvider time, KubeApiMetrics metrics, KubeApiOptions options) : IKubeApi
{
    private readonly ResiliencePipeline<HttpResponseMessage> _retry = KubeRetry.Build(time);
    private volatile ServerClock? _clock;

    public ServerClock? Clock => _clock;

    public async Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct)
    {
        var call = new Call(HttpMethod.Get, type.Path(key.Namespace, key.Name), "GET", $"get {type.Plural} {key}");
        using var response = await SendAsync(call, isIdempotent: true, ct);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        return await ReadObjectAsync(response, call, ct);
    }

    public Task<KubeObject> CreateAsync(ResourceType type, string ns, ReadOnlyMemory<byte> json, CancellationToken ct) =>
        WriteAsync(new Call(HttpMethod.Post, type.Path(ns), "POST", $"create {type.Plural} in {ns}", json), ct);

    public Task<KubeObject> ReplaceAsync(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> json, CancellationToken ct) =>
        WriteAsync(new Call(HttpMethod.Put, type.Path(key.Namespace, key.Name), "PUT", $"replace {type.Plural} {key}", json), ct);

    public Task<KubeObject> ReplaceStatusAsync(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> json, CancellationToken ct)
    {
        var path = type.Path(key.Namespace, key.Name, "status");
        return WriteAsync(new Call(HttpMethod.Put, path, "PUT", $"replace status of {type.Plural} {key}", json), ct);
    }

    public async Task<Deletion> DeleteAsync(ResourceType type, ObjectKey key, string? uid, CancellationToken ct)
    {
        var body = uid is null ? "{}" : $"{{\"preconditions\":{{\"uid\":\"{JsonEncodedText.Encode(uid)}\"}}}}";
        var path = type.Path(key.Namespace, key.Name);
        var call = new Call(HttpMethod.Delete, path, "DELETE", $"delete {type.Plural} {key}", Encoding.UTF8.GetBytes(body));
        using var response = await SendAsync(call, isIdempotent: uid is not null, ct);
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotFound:
                return Deletion.AlreadyGone;
            case HttpStatusCode.Conflict:
                return Deletion.OtherUid;
            default:
                await ThrowIfFailedAsync(response, call, ct);
                return Deletion.Deleted;
        }
    }

    public async Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct)
    {
        var query = Query(
            ("labelSelector", options.LabelSelector),
            ("limit", options.Limit > 0 ? options.Limit.ToString(System.Globalization.CultureInfo.InvariantCulture) : null),
            ("continue", options.Continue)
        );
        var call = new Call(HttpMethod.Get, type.Path(ns) + query, "LIST", $"list {type.Plural} in {ns ?? "all namespaces"}");
        using var response = await SendAsync(call, isIdempotent: true, ct);
        var list = (await ReadObjectAsync(response, call, ct)).Json;
        var metadata = list.GetProperty("metadata");
        var items = list.TryGetProperty("items", out var array) && array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : default;
        return new ListPage([.. items], Text(metadata, "continue"), Text(metadata, "resourceVersion") ?? "");
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type,
        string? ns,
        WatchOptions options,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var query = Query(
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("labelSelector", options.LabelSelector),
            ("resourceVersion", options.ResourceVersion),
            ("timeoutSeconds", ((int)options.Timeout.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture))
        );
        var call = new Call(HttpMethod.Get, type.Path(ns) + query, "WATCH", $"watch {type.Plural} in {ns ?? "all namespaces"}");
        using var response = await SendOnceAsync(call, ct);
        await ThrowIfFailedAsync(response, call, ct);
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (line.Length > 0)
            {
                yield return WatchLine.Parse(line);
            }
        }
    }

    private async Task<KubeObject> WriteAsync(Call call, CancellationToken ct)
    {
        using var response = await SendAsync(call, isIdempotent: false, ct);
        return await ReadObjectAsync(response, call, ct);
    }

    private async Task<HttpResponseMessage> SendAsync(Call call, bool isIdempotent, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(options.CallTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return isIdempotent
                ? await _retry.ExecuteAsync(async token => await SendOnceAsync(call, token), linked.Token)
                : await SendOnceAsync(call, linked.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"cannot {call.What}: no answer within {options.CallTimeout.TotalSeconds:0} s", e);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Call call, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(call.Method, call.Path);
        if (call.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        var start = time.GetTimestamp();
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            metrics.Answered(call.Verb, (int)response.StatusCode, http.BaseAddress!.Host, time.GetElapsedTime(start)); // set by KubeConnection
            if (response.Headers.Date is { } date)
            {
                _clock = new ServerClock(date, time.GetUtcNow());
            }
            return response;
        }
        catch (HttpRequestException)
        {
            metrics.Failed(call.Verb, http.BaseAddress!.Host); // see above
            throw;
        }
    }

    private static async Task<KubeObject> ReadObjectAsync(HttpResponseMessage response, Call call, CancellationToken ct)
    {
        await ThrowIfFailedAsync(response, call, ct);
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: ct);
        return new KubeObject(document.RootElement.Clone());
    }

    private static async Task ThrowIfFailedAsync(HttpResponseMessage response, Call call, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }
        var body = await response.Content.ReadAsByteArrayAsync(ct);
        var (reason, message) = KubeStatus.Read(body);
        throw new KubeApiException(response.StatusCode, reason, $"cannot {call.What}: {(int)response.StatusCode} {reason}: {message}");
    }

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
        return query.ToString();
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    [DebuggerDisplay("{What}")]
    private sealed record Call(HttpMethod Method, string Path, string Verb, string What, ReadOnlyMemory<byte>? Body = null);
}

public sealed record KubeApiOptions
{
    /// <summary>Of one call with its retries, watches left out. Must end before a lease can expire. Default 8 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(8);
}
