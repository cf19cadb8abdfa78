using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>One request. <paramref name="What"/> describes it in error messages, after "cannot".</summary>
[DebuggerDisplay("{What}")]
internal sealed record KubeCall(HttpMethod Method, string Path, string Verb, string What)
{
    public const string MergePatch = "application/merge-patch+json";

    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The type of the body.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The call may be sent again after a fault: two calls have the same effect as one.</summary>
    public bool IsIdempotent { get; init; }
    public bool IsList { get; init; }

    /// <summary>The Accept header; null: the default of the HTTP client.</summary>
    public string? Accept { get; init; }
    public bool IsWrite => Method != HttpMethod.Get;

    public HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(Method, new Uri(Path, UriKind.Relative))
        {
            // HttpClient applies its default version only to messages that it creates itself.
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        }
        if (Accept is { } form)
        {
            request.Headers.Accept.ParseAdd(form);
        }
        return request;
    }
}

/// <summary>One complete answer; its response is closed.</summary>
internal sealed record KubeAnswer(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter)
{
    private bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>
    /// The API server says that the object does not exist. A 404 from a proxy, or for a kind that the server does not serve, says
    /// nothing about the object.
    /// </summary>
    public bool IsAbsence => Status == HttpStatusCode.NotFound && KubeStatus.Read(Body).Reason == "NotFound";

    public static async Task<KubeAnswer> ReadAsync(
        HttpResponseMessage response,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var retryAfter = response.Headers.RetryAfter;
        var wait = retryAfter?.Delta ?? (retryAfter?.Date is { } at && at > now ? at - now : null);
        return new KubeAnswer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct), wait);
    }

    public void ThrowIfFailed(KubeCall call)
    {
        if (!IsSuccess)
        {
            var (reason, message) = KubeStatus.Read(Body);
            throw new KubeApiException(Status, reason, $"cannot {call.What}: {(int)Status} {reason}: {message}")
            {
                RetryAfter = RetryAfter,
                IsNamespaceTerminating = KubeStatus.HasCause(Body, "NamespaceTerminating"),
            };
        }
    }

    /// <summary>Returns the answer's JSON object.</summary>
    public JsonElement Json(KubeCall call)
    {
        ThrowIfFailed(call);
        try
        {
            var json = JsonElement.Parse(Body);
            return json.ValueKind == JsonValueKind.Object ? json : throw new JsonException("the answer is no object");
        }
        catch (JsonException e)
        {
            throw new KubeApiException(
                HttpStatusCode.BadGateway,
                "",
                $"cannot {call.What}: the answer is not a JSON object of Kubernetes: {e.Message}"
            );
        }
    }
}
