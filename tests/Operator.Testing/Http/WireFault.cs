using System.Net;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>One HTTP request, before it is dealt with. <paramref name="Number"/> counts all of the server's, from 1.</summary>
public sealed record WireRequest(int Number, KubeVerb Verb, ResourceType Type, ObjectKey Key);

/// <summary>What goes wrong between client and server, on the wire. The default is nothing.</summary>
public sealed record WireFault
{
    /// <summary>The connection is reset before the request is dealt with.</summary>
    public bool ResetsBefore { get; init; }

    /// <summary>The request is done, and the connection reset before its answer.</summary>
    public bool ResetsAfter { get; init; }

    /// <summary>The body is cut after so many bytes, and the connection reset.</summary>
    public int? CutsBodyAfter { get; init; }

    /// <summary>Half of the body arrives this much later.</summary>
    public TimeSpan BodyDelay { get; init; }

    /// <summary>A watch breaks in the middle of the line after so many events.</summary>
    public int? CutsWatchAfter { get; init; }

    /// <summary>Answered in place of the server: by a proxy, a limiter, a load balancer.</summary>
    public HttpStatusCode? Status { get; init; }
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The body of such an answer. Default: plain text that no client can parse.</summary>
    public string Body { get; init; } = "upstream connect error or disconnect/reset before headers";

    public static WireFault TooManyRequests(TimeSpan retryAfter) =>
        new()
        {
            Status = HttpStatusCode.TooManyRequests,
            RetryAfter = retryAfter,
            Body = "Too many requests, please try again later.",
        };
}
