using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>A refusal of the server: the code, reason and message of a Kubernetes Status object.</summary>
internal sealed class ApiFailure(HttpStatusCode code, string reason, string message) : Exception(message)
{
    public HttpStatusCode Code { get; } = code;
    public string Reason { get; } = reason;
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The reason of the first cause in the details of the Status; null: no cause.</summary>
    public string? Cause { get; init; }

    public static ApiFailure NotFound(ResourceKind kind, string name) =>
        new(HttpStatusCode.NotFound, "NotFound", $"{kind.Resource} \"{name}\" not found");

    public static ApiFailure AlreadyExists(ResourceKind kind, string name) =>
        new(HttpStatusCode.Conflict, "AlreadyExists", $"{kind.Resource} \"{name}\" already exists");

    public static ApiFailure Stale(ResourceKind kind, string name) =>
        Conflict(
            kind.Resource,
            name,
            "the object has been modified; please apply your changes to the latest version and try again"
        );

    public static ApiFailure Conflict(string resource, string name, string why) =>
        new(HttpStatusCode.Conflict, "Conflict", $"Operation cannot be fulfilled on {resource} \"{name}\": {why}");

    public static ApiFailure Invalid(ResourceKind kind, string name, string why) =>
        new(HttpStatusCode.UnprocessableEntity, "Invalid", $"{kind.QualifiedKind} \"{name}\" is invalid: {why}");

    public static ApiFailure InvalidOptions(string why) =>
        new(HttpStatusCode.UnprocessableEntity, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: {why}");

    public static ApiFailure Forbidden(ResourceKind kind, string name, string why) =>
        new(HttpStatusCode.Forbidden, "Forbidden", $"{kind.Resource} \"{name}\" is forbidden: {why}");

    public static ApiFailure Terminating(ResourceKind kind, ObjectKey key) =>
        new(
            HttpStatusCode.Forbidden,
            "Forbidden",
            $"{kind.Resource} \"{key.Name}\" is forbidden: unable to create new content in namespace {key.Namespace} because it is being terminated"
        )
        {
            Cause = "NamespaceTerminating",
        };

    public static ApiFailure BadRequest(string why) => new(HttpStatusCode.BadRequest, "BadRequest", why);

    public static ApiFailure Expired(string why) => new(HttpStatusCode.Gone, "Expired", why);

    /// <summary>The resourceVersion is newer than the server's.</summary>
    public static ApiFailure TooLarge(long asked, long current) =>
        new(HttpStatusCode.GatewayTimeout, "Timeout", $"Too large resource version: {asked}, current: {current}")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
            Cause = "ResourceVersionTooLarge",
        };

    /// <summary>The path is not served. The real server answers with plain text, without Status and reason.</summary>
    public static ApiFailure NotServed() => new(HttpStatusCode.NotFound, "", "404 page not found");

    public JsonElement ToStatus()
    {
        // A failure without reason (NotServed) has no Status object.
        if (Reason.Length == 0)
        {
            return JsonSerializer.SerializeToElement(new JsonObject { ["message"] = Message });
        }
        var details = new JsonObject();
        if (Cause is not null)
        {
            details["causes"] = new JsonArray(new JsonObject { ["reason"] = Cause, ["message"] = Message });
        }
        if (RetryAfter is { } wait)
        {
            details["retryAfterSeconds"] = (long)wait.TotalSeconds;
        }
        return JsonSerializer.SerializeToElement(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Failure",
                ["message"] = Message,
                ["reason"] = Reason,
                ["details"] = details,
                ["code"] = (int)Code,
            }
        );
    }
}
