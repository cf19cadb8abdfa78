using System.Net;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>What goes wrong with one request. The default is nothing.</summary>
public sealed record Fault
{
    /// <summary>The request reaches the server this much later, even when its client has given up: a write that comes late.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Told in place of everything: the request never reaches the server.</summary>
    public Exception? Instead { get; init; }

    /// <summary>Told in place of the answer: the request was done.</summary>
    public Exception? Afterwards { get; init; }

    /// <summary>The answer comes this much later.</summary>
    public TimeSpan AnswerDelay { get; init; }

    /// <summary>The client is killed before the request leaves it, or after it was done.</summary>
    public ClientDeath? Kills { get; init; }

    /// <summary>Neither the request nor an answer arrives; the client gives up by its timeout.</summary>
    public static Fault Lost { get; } = new() { Delay = TimeSpan.MaxValue };

    /// <summary>The request is done, and its answer never arrives; the client gives up by its timeout.</summary>
    public static Fault AnswerLost { get; } = new() { AnswerDelay = TimeSpan.MaxValue };

    public static Fault KilledBefore { get; } = new() { Kills = ClientDeath.BeforeTheCall };
    public static Fault KilledAfter { get; } = new() { Kills = ClientDeath.AfterTheCall };

    /// <summary>Not done, and this is what the client is told.</summary>
    public static Fault Before(Exception told) => new() { Instead = told };

    /// <summary>Done, and this is what the client is told.</summary>
    public static Fault After(Exception told) => new() { Afterwards = told };

    public static Fault Late(TimeSpan delay) => new() { Delay = delay };

    public static Fault SlowAnswer(TimeSpan delay) => new() { AnswerDelay = delay };
}

public enum ClientDeath
{
    BeforeTheCall,
    AfterTheCall,
}

/// <summary>What goes wrong with API servers, as <see cref="IKubeApi"/> tells it. Each call makes a new exception.</summary>
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
