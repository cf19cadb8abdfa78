using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>The target of a request's path.</summary>
internal sealed record HttpRoute(ResourceType Type, string? Namespace, string? Name, string? Subresource)
{
    public ObjectKey Key => new(Namespace ?? "", Name ?? "");

    /// <summary>Null when no API server has the path.</summary>
    public static HttpRoute? Parse(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray() switch
        {
            ["api", var version, .. var rest] => Parse("", version, rest),
            ["apis", var group, var version, .. var rest] => Parse(group, version, rest),
            _ => null,
        };

    private static HttpRoute? Parse(string group, string version, string[] rest)
    {
        ResourceType Resource(string plural) => new(group, version, plural);
        return rest switch
        {
            ["namespaces"] => new HttpRoute(Resource("namespaces"), null, null, null),
            ["namespaces", var name] => new HttpRoute(Resource("namespaces"), null, name, null),
            ["namespaces", var name, "status"] => new HttpRoute(Resource("namespaces"), null, name, "status"),
            ["namespaces", var ns, var plural] => new HttpRoute(Resource(plural), ns, null, null),
            ["namespaces", var ns, var plural, var name] => new HttpRoute(Resource(plural), ns, name, null),
            ["namespaces", var ns, var plural, var name, var sub] => new HttpRoute(Resource(plural), ns, name, sub),
            [var plural] => new HttpRoute(Resource(plural), null, null, null),
            [var plural, var name] => new HttpRoute(Resource(plural), null, name, null),
            _ => null,
        };
    }

    /// <summary>Null when the fake does not serve the request.</summary>
    public KubeVerb? Verb(HttpRequest request) =>
        (request.Method, Name, Subresource) switch
        {
            ("GET", null, null) => HttpQuery.IsWatch(request) ? KubeVerb.Watch : KubeVerb.List,
            ("GET", _, null or "status") => KubeVerb.Get,
            ("POST", null, null) => KubeVerb.Create,
            ("PUT", not null, null) => KubeVerb.Replace,
            ("PATCH", not null, "status") => KubeVerb.PatchStatus,
            ("DELETE", not null, null) => KubeVerb.Delete,
            _ => null,
        };
}

/// <summary>Reads the options of a request.</summary>
internal static class HttpQuery
{
    public static bool IsWatch(HttpRequest request) => IsTrue(request, "watch");

    public static ListOptions List(HttpRequest request) =>
        new()
        {
            LabelSelector = Text(request, "labelSelector"),
            FieldSelector = Text(request, "fieldSelector"),
            Limit = (int)(Number(request, "limit") ?? 0),
            Continue = Text(request, "continue"),
            ResourceVersion = Text(request, "resourceVersion"),
            MetadataOnly = request
                .Headers.Accept.ToString()
                .Contains("as=PartialObjectMetadataList", StringComparison.Ordinal),
        };

    public static WatchQuery Watch(HttpRequest request)
    {
        var isStreamingList = Text(request, "sendInitialEvents") is not null;
        if (isStreamingList != (Text(request, "resourceVersionMatch") == "NotOlderThan"))
        {
            throw ApiFailure.InvalidOptions(
                isStreamingList
                    ? "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
                    : "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
            );
        }
        return new WatchQuery
        {
            LabelSelector = Text(request, "labelSelector"),
            FieldSelector = Text(request, "fieldSelector"),
            ResourceVersion = Text(request, "resourceVersion"),
            AllowBookmarks = IsTrue(request, "allowWatchBookmarks"),
            SendInitialEvents = IsTrue(request, "sendInitialEvents"),
            Timeout = Number(request, "timeoutSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    public static DeleteOptions Delete(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var options = body.Length > 0 ? JsonElement.Parse(body.Span) : default;
        long? grace =
            options.ValueKind == JsonValueKind.Object && options.TryGetProperty("gracePeriodSeconds", out var seconds)
                ? seconds.GetInt64()
                : Number(request, "gracePeriodSeconds");
        string? Precondition(string name) =>
            options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("preconditions", out var preconditions)
            && preconditions.TryGetProperty(name, out var wanted)
                ? wanted.GetString()
                : null;
        return new DeleteOptions
        {
            Uid = Precondition("uid"),
            ResourceVersion = Precondition("resourceVersion"),
            Grace = grace is { } g ? TimeSpan.FromSeconds(g) : null,
        };
    }

    private static string? Text(HttpRequest request, string name) =>
        request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    private static bool IsTrue(HttpRequest request, string name) => Text(request, name) is "true" or "1";

    private static long? Number(HttpRequest request, string name) =>
        Text(request, name) is not { } text ? null
        : long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number
        : throw ApiFailure.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
}
