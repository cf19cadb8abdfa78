using System.Net;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>The fault of one request. Default: no fault.</summary>
public sealed record Fault
{
    /// <summary>The delay of the request. A late request reaches the server even when its client has given up.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The client gets this exception, and the request never reaches the server. Null: no such fault.</summary>
    public Exception? Instead { get; init; }

    /// <summary>The server does the request, but the client gets this exception. Null: no such fault.</summary>
    public Exception? Afterwards { get; init; }

    /// <summary>The delay of the answer.</summary>
    public TimeSpan AnswerDelay { get; init; }

    /// <summary>Kills the client before it sends the request, or after the server did the request. Null: no kill.</summary>
    public ClientDeath? Kills { get; init; }

    /// <summary>The request never reaches the server; the client's call times out.</summary>
    public static Fault Lost { get; } = new() { Delay = TimeSpan.MaxValue };

    /// <summary>The server does the request, but its answer is lost; the client's call times out.</summary>
    public static Fault AnswerLost { get; } = new() { AnswerDelay = TimeSpan.MaxValue };

    public static Fault KilledBefore { get; } = new() { Kills = ClientDeath.BeforeTheCall };
    public static Fault KilledAfter { get; } = new() { Kills = ClientDeath.AfterTheCall };

    /// <summary>The server does not do the request; the client gets this exception.</summary>
    public static Fault Before(Exception told) => new() { Instead = told };

    /// <summary>The server does the request; the client gets this exception.</summary>
    public static Fault After(Exception told) => new() { Afterwards = told };

    public static Fault Late(TimeSpan delay) => new() { Delay = delay };

    public static Fault SlowAnswer(TimeSpan delay) => new() { AnswerDelay = delay };
}

public enum ClientDeath
{
    BeforeTheCall,
    AfterTheCall,
}

/// <summary>Exceptions that <see cref="IKubeApi"/> throws for API server faults. Each call makes a new exception.</summary>
public static class KubeErrors
{
    public static HttpRequestException ConnectionReset() =>
        new(HttpRequestError.ConnectionError, "Connection reset by peer");

    public static TimeoutException Timeout() => new("no answer within 8 s");

    public static KubeApiException Conflict() =>
        Error(HttpStatusCode.Conflict, "Conflict", "the object has been modified");

    public static KubeApiException TooManyRequests(TimeSpan retryAfter) =>
        Error(HttpStatusCode.TooManyRequests, "TooManyRequests", "too many requests", retryAfter);

    public static KubeApiException InternalError() =>
        Error(HttpStatusCode.InternalServerError, "InternalError", "etcdserver: request timed out");

    public static KubeApiException Unavailable(TimeSpan? retryAfter = null) =>
        Error(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "apiserver not ready", retryAfter);

    public static KubeApiException Forbidden() => Error(HttpStatusCode.Forbidden, "Forbidden", "RBAC: not allowed");

    public static KubeApiException Unauthorized() => Error(HttpStatusCode.Unauthorized, "Unauthorized", "Unauthorized");

    private static KubeApiException Error(
        HttpStatusCode status,
        string reason,
        string message,
        TimeSpan? retryAfter = null
    ) => new(status, reason, $"{(int)status} {reason}: {message}") { RetryAfter = retryAfter };
}
