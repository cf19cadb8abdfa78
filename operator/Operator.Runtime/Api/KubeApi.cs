using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Polly;

namespace Operator.Runtime;

/// <summary>
/// The gateway over HTTP. Reads, and deletions that name a UID, are sent again after a fault, for a few seconds; every other
/// write is sent once. Answers are read whole within the call's timeout, so that nothing stays open or hangs.
/// </summary>
public sealed class KubeApi(HttpClient http, TimeProvider time, KubeApiMetrics metrics, KubeApiOptions limits)
    : IKubeApi
{
    private readonly ResiliencePipeline<KubeAnswer> _retry = KubeRetry.Build(time);
    private readonly string _host =
        http.BaseAddress?.Host ?? throw new ArgumentException("the client has no base address", nameof(http));
    private volatile ServerClock? _clock;

    public ServerClock? Clock => _clock;

    public async Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct)
    {
        // The path of an empty name is the collection's: its answer would pass for an object.
        if (key.Name.Length == 0)
        {
            return null;
        }
        var call = new KubeCall(HttpMethod.Get, type.Path(key), "GET", $"get {type.Plural} {key}")
        {
            IsIdempotent = true,
        };
        var answer = await SendAsync(call, ct);
        return answer.IsAbsence ? null : new KubeObject(answer.Json(call));
    }

    public Task<KubeObject> CreateAsync(
        ResourceType type,
        string ns,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new KubeCall(HttpMethod.Post, type.Path(ns), "POST", $"create {type.Plural} in {ns}") { Body = json },
            ct
        );

    public Task<KubeObject> ReplaceAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new KubeCall(HttpMethod.Put, type.Path(key), "PUT", $"replace {type.Plural} {key}") { Body = json },
            ct
        );

    public Task<KubeObject> ReplaceStatusAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new KubeCall(HttpMethod.Put, type.Path(key, "status"), "PUT", $"replace status of {type.Plural} {key}")
            {
                Body = json,
            },
            ct
        );

    public async Task<Deletion> DeleteAsync(
        ResourceType type,
        ObjectKey key,
        DeleteOptions options,
        CancellationToken ct
    )
    {
        var call = new KubeCall(HttpMethod.Delete, type.Path(key), "DELETE", $"delete {type.Plural} {key}")
        {
            Body = DeleteBody(options),
            IsIdempotent = options.Uid is not null,
        };
        var answer = await SendAsync(call, ct);
        if (answer.IsAbsence)
        {
            return Deletion.AlreadyGone;
        }
        if (answer.Status == HttpStatusCode.Conflict && options.Uid is not null)
        {
            return Deletion.OtherUid;
        }
        answer.ThrowIfFailed(call);
        return Deletion.Deleted;
    }

    public async Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct)
    {
        var query = Query(
            ("labelSelector", options.LabelSelector),
            ("fieldSelector", options.FieldSelector),
            ("limit", options.Limit > 0 ? options.Limit.ToString(CultureInfo.InvariantCulture) : null),
            ("continue", options.Continue),
            ("resourceVersion", options.ResourceVersion)
        );
        var call = new KubeCall(
            HttpMethod.Get,
            type.Path(ns) + query,
            "LIST",
            $"list {type.Plural} in {ns ?? "all namespaces"}"
        )
        {
            IsIdempotent = true,
            IsList = true,
        };
        var page = new KubeObject((await SendAsync(call, ct)).Json(call));
        var items =
            page.Json.TryGetProperty("items", out var array) && array.ValueKind == JsonValueKind.Array
                ? array.EnumerateArray()
                : default;
        return new ListPage([.. items], page.Continue.Length > 0 ? page.Continue : null, page.ResourceVersion);
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
            ("allowWatchBookmarks", options.AllowBookmarks ? "true" : null),
            ("labelSelector", options.LabelSelector),
            ("resourceVersion", options.ResourceVersion.Length > 0 ? options.ResourceVersion : null),
            ("sendInitialEvents", options.SendInitialEvents ? "true" : null),
            ("resourceVersionMatch", options.SendInitialEvents ? "NotOlderThan" : null),
            ("timeoutSeconds", ((int)options.Timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture))
        );
        var call = new KubeCall(
            HttpMethod.Get,
            type.Path(ns) + query,
            "WATCH",
            $"watch {type.Plural} in {ns ?? "all namespaces"}"
        );
        using var response = await OpenAsync(call, ct);
        if (!response.IsSuccessStatusCode)
        {
            (await KubeAnswer.ReadAsync(response, ct)).ThrowIfFailed(call);
        }
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

    private async Task<KubeObject> WriteAsync(KubeCall call, CancellationToken ct) =>
        new((await SendAsync(call, ct)).Json(call));

    private async Task<KubeAnswer> SendAsync(KubeCall call, CancellationToken ct)
    {
        var limit = call.IsList ? limits.ListTimeout : limits.CallTimeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return call.IsIdempotent
                ? await _retry.ExecuteAsync(async token => await SendOnceAsync(call, token), linked.Token)
                : await SendOnceAsync(call, linked.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"cannot {call.What}: no answer within {limit.TotalSeconds:0.###} s", e);
        }
    }

    private async Task<KubeAnswer> SendOnceAsync(KubeCall call, CancellationToken ct)
    {
        using var response = await OpenAsync(call, ct);
        return await KubeAnswer.ReadAsync(response, ct);
    }

    /// <summary>Sends the request and waits for the answer's headers.</summary>
    private async Task<HttpResponseMessage> OpenAsync(KubeCall call, CancellationToken ct)
    {
        using var request = call.Request();
        var start = time.GetTimestamp();
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            metrics.Answered(call.Verb, (int)response.StatusCode, _host, time.GetElapsedTime(start));
            if (response.Headers.Date is { } date)
            {
                _clock = new ServerClock(date, time.GetUtcNow());
            }
            return response;
        }
        catch (HttpRequestException)
        {
            metrics.Failed(call.Verb, _host);
            throw;
        }
        // A connection that can't be made in time ends as a cancellation that nobody asked for.
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            metrics.Failed(call.Verb, _host);
            throw new HttpRequestException(
                HttpRequestError.ConnectionError,
                $"cannot {call.What}: no connection in time",
                e
            );
        }
    }

    private static byte[] DeleteBody(DeleteOptions deletion)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (deletion.Grace is { } grace)
            {
                json.WriteNumber("gracePeriodSeconds", (long)grace.TotalSeconds);
            }
            if (deletion.Uid is { } uid)
            {
                json.WriteStartObject("preconditions");
                json.WriteString("uid", uid);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                query
                    .Append(query.Length == 0 ? '?' : '&')
                    .Append(name)
                    .Append('=')
                    .Append(Uri.EscapeDataString(value));
            }
        }
        return query.ToString();
    }
}

public sealed record KubeApiOptions
{
    /// <summary>Of one call with its retries and its whole answer. Must be shorter than the lease. Default 8 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>The same for one page of a list, which may be large. Default 30 s.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
