using System.Net;

namespace Operator.Runtime;

/// <summary>The API server refused a request. Decide by status and reason; by the message only where nothing else tells.</summary>
public sealed class KubeApiException(HttpStatusCode status, string reason, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The reason of the Status object, such as <c>AlreadyExists</c>; empty when the answer was none.</summary>
    public string Reason { get; } = reason;

    /// <summary>The server asks to be left alone for this long; null: it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The namespace is being deleted: nothing can be created in it any more.</summary>
    public bool IsNamespaceTerminating { get; init; }

    /// <summary>
    /// An admission webhook with <c>failurePolicy: Fail</c> was not reached or did not answer: an internal error, that only its message
    /// tells from others.
    /// </summary>
    public bool IsWebhookFailure =>
        Status == HttpStatusCode.InternalServerError
        && Message.Contains("failed calling", StringComparison.Ordinal)
        && Message.Contains("webhook", StringComparison.Ordinal);

    public bool IsNotFound => Status == HttpStatusCode.NotFound;
    public bool IsForbidden => Status == HttpStatusCode.Forbidden;
    public bool IsInvalid => Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest;

    /// <summary>A resourceVersion or continue token is too old.</summary>
    public bool IsGone => Status == HttpStatusCode.Gone || Reason is "Expired" or "Gone";
    public bool IsOverloaded => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
    public bool IsAlreadyExists => Status == HttpStatusCode.Conflict && Reason == "AlreadyExists";

    /// <summary>Somebody else wrote in between.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict && !IsAlreadyExists;
}
