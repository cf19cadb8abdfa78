using System.Net;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>One HTTP request before the server handles it. <paramref name="Number"/> counts the server's requests from 1.</summary>
public sealed record WireRequest(int Number, KubeVerb Verb, ResourceType Type, ObjectKey Key);

/// <summary>A network fault between client and server. Default: no fault.</summary>
public sealed record WireFault
{
    /// <summary>Resets the connection before the server handles the request.</summary>
    public bool ResetsBefore { get; init; }

    /// <summary>Resets the connection after the server did the request, before the answer.</summary>
    public bool ResetsAfter { get; init; }

    /// <summary>Cuts the body after this number of bytes and resets the connection. Null: no cut.</summary>
    public int? CutsBodyAfter { get; init; }

    /// <summary>The delay of the second half of the body.</summary>
    public TimeSpan BodyDelay { get; init; }

    /// <summary>Breaks a watch in the middle of a line after this number of events. Null: no break.</summary>
    public int? CutsWatchAfter { get; init; }

    /// <summary>A proxy or load balancer answers with this status instead of the server. Null: the server answers.</summary>
    public HttpStatusCode? Status { get; init; }
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The body of the answer with <see cref="Status"/>. Default: plain text that no client can parse.</summary>
    public string Body { get; init; } = "upstream connect error or disconnect/reset before headers";

    public static WireFault TooManyRequests(TimeSpan retryAfter) =>
        new()
        {
            Status = HttpStatusCode.TooManyRequests,
            RetryAfter = retryAfter,
            Body = "Too many requests, please try again later.",
        };
}
