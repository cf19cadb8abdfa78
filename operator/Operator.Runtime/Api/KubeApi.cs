using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>
/// The gateway over HTTP. It retries reads, and deletions with a UID, for a few seconds after a fault. It retries all other
/// writes only after a 429 answer, because the server sends 429 before it processes the request.
/// </summary>
public sealed class KubeApi(HttpClient http, TimeProvider time, KubeApiMetrics metrics, KubeApiOptions limits)
    : IKubeApi
{
    private const string MetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private readonly KubeTransport _transport = new(http, time, metrics, limits);

    public ServerClock? Clock => _transport.Clock;

    public async Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct)
    {
        // With an empty name the path is the path of the collection, and the list in the answer would be taken for the object.
        if (key.Name.Length == 0)
        {
            return null;
        }
        var call = new KubeCall(HttpMethod.Get, type.Path(key), "GET", $"get {type.Plural} {key}")
        {
            IsIdempotent = true,
        };
        var answer = await _transport.SendAsync(call, ct);
        return answer.IsAbsence ? null : new KubeObject(answer.Json(call));
    }

    public Task<KubeObject> CreateAsync(
        ResourceType type,
        string ns,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new KubeCall(HttpMethod.Post, type.Path(ns) + WriteQuery(), "POST", $"create {type.Plural} in {ns}")
            {
                Body = json,
            },
            ct
        );

    public Task<KubeObject> ReplaceAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new KubeCall(HttpMethod.Put, type.Path(key) + WriteQuery(), "PUT", $"replace {type.Plural} {key}")
            {
                Body = json,
            },
            ct
        );

    public Task<KubeObject> PatchStatusAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) =>
        WriteAsync(
            new KubeCall(
                HttpMethod.Patch,
                type.Path(key, "status") + WriteQuery(),
                "PATCH",
                $"patch status of {type.Plural} {key}"
            )
            {
                Body = json,
                ContentType = KubeCall.MergePatch,
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
        var call = new KubeCall(
            HttpMethod.Delete,
            type.Path(key) + WriteQuery(),
            "DELETE",
            $"delete {type.Plural} {key}"
        )
        {
            Body = DeleteBody(options),
            IsIdempotent = options.Uid is not null,
        };
        var answer = await _transport.SendAsync(call, ct);
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
            Accept = options.MetadataOnly ? MetadataList : null,
        };
        var page = new KubeObject((await _transport.SendAsync(call, ct)).Json(call));
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
        )
        {
            IsList = true,
        };
        using var response = await _transport.OpenAsync(call, ct);
        if (!response.IsSuccessStatusCode)
        {
            (await KubeAnswer.ReadAsync(response, time.GetUtcNow(), ct)).ThrowIfFailed(call);
        }
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        await foreach (var change in WatchStream.ReadAsync(stream, ct))
        {
            yield return change;
        }
    }

    private async Task<KubeObject> WriteAsync(KubeCall call, CancellationToken ct) =>
        new((await _transport.SendAsync(call, ct)).Json(call));

    /// <summary>Gives the server our time limit, so that it does not execute a write after we gave up.</summary>
    private string WriteQuery() =>
        string.Create(CultureInfo.InvariantCulture, $"?timeout={(long)limits.WriteTimeout.TotalMilliseconds}ms");

    private static ReadOnlyMemory<byte> DeleteBody(DeleteOptions deletion) =>
        JsonParts.Write(json =>
        {
            if (deletion.Grace is { } grace)
            {
                json.WriteNumber("gracePeriodSeconds", (long)grace.TotalSeconds);
            }
            if (deletion.Uid is { } uid)
            {
                json.WriteObject("preconditions", () => WritePreconditions(json, uid, deletion.ResourceVersion));
            }
        });

    private static void WritePreconditions(Utf8JsonWriter json, string uid, string? resourceVersion)
    {
        json.WriteString("uid", uid);
        if (resourceVersion is not null)
        {
            json.WriteString("resourceVersion", resourceVersion);
        }
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
