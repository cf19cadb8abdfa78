using System.Net;

namespace Operator.Runtime;

/// <summary>
/// The API server refused a request. Callers decide by status and reason, and by the message only where there is no other sign.
/// </summary>
public sealed class KubeApiException(HttpStatusCode status, string reason, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The reason of the Status object, such as <c>AlreadyExists</c>; empty when the answer is no Status object.</summary>
    public string Reason { get; } = reason;

    /// <summary>How long the server asks us to wait before the next request; null: the server gives no time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The namespace is being deleted, so no object can be created in it.</summary>
    public bool IsNamespaceTerminating { get; init; }

    /// <summary>
    /// An admission webhook with <c>failurePolicy: Fail</c> was not reached or did not answer. The server sends an internal error;
    /// only the message differs from other internal errors.
    /// </summary>
    public bool IsWebhookFailure =>
        Status == HttpStatusCode.InternalServerError
        && Message.Contains("failed calling", StringComparison.Ordinal)
        && Message.Contains("webhook", StringComparison.Ordinal);

    /// <summary>
    /// An admission webhook denied the request, with a status code of its own choice; only the message tells it from other errors.
    /// </summary>
    public bool IsWebhookDenial =>
        Message.Contains("admission webhook", StringComparison.Ordinal)
        && Message.Contains("denied the request", StringComparison.Ordinal);

    /// <summary>
    /// The server understood the write and does not want it: somebody must change the object, a policy, a quota or a right first.
    /// </summary>
    public bool IsRefusal =>
        !IsNamespaceTerminating && (IsForbidden || IsInvalid || IsTooLarge || IsWebhookFailure || IsWebhookDenial);

    public bool IsTooLarge => Status == HttpStatusCode.RequestEntityTooLarge;
    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>
    /// The API server says that the object, or its namespace, does not exist. Any other 404, of a proxy or of a kind that the server does
    /// not serve, says nothing about the object.
    /// </summary>
    public bool IsAbsence => IsNotFound && Reason == "NotFound";

    /// <summary>The server surely did not execute the write. After another failure it may have executed it.</summary>
    public bool IsSurelyUndone => IsRefusal || (int)Status is >= 400 and < 500;
    public bool IsForbidden => Status == HttpStatusCode.Forbidden;
    public bool IsInvalid => Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest;

    /// <summary>A resourceVersion or continue token is too old.</summary>
    public bool IsGone => Status == HttpStatusCode.Gone || Reason is "Expired" or "Gone";
    public bool IsOverloaded => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
    public bool IsAlreadyExists => Status == HttpStatusCode.Conflict && Reason == "AlreadyExists";

    /// <summary>Another client changed the object after our read.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict && !IsAlreadyExists;
}
