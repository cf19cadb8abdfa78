using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>One request. <paramref name="What"/> says it in words, for error messages.</summary>
[DebuggerDisplay("{What}")]
internal sealed record KubeCall(HttpMethod Method, string Path, string Verb, string What)
{
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Doing it twice is the same as doing it once: it may be sent again after a fault.</summary>
    public bool IsIdempotent { get; init; }
    public bool IsList { get; init; }

    /// <summary>The form of the answer; null: the server's own.</summary>
    public string? Accept { get; init; }
    public bool IsWrite => Method != HttpMethod.Get;

    public HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(Method, new Uri(Path, UriKind.Relative))
        {
            // The client's default version does not count for messages that it did not make itself.
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        if (Accept is { } form)
        {
            request.Headers.Accept.ParseAdd(form);
        }
        return request;
    }
}

/// <summary>One whole answer: nothing of the connection is left open.</summary>
internal sealed record KubeAnswer(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter)
{
    private bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>
    /// The server itself says that the object is not there. A 404 of something in between, or for a kind that is not served,
    /// says nothing about the object.
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

    /// <summary>The answer's JSON object.</summary>
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
                $"cannot {call.What}: the answer is no JSON of Kubernetes: {e.Message}"
            );
        }
    }
}
