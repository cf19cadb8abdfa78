using System.Net;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>Decides whether a watch can continue from its last resourceVersion after a failure.</summary>
internal static class WatchFailures
{
    /// <summary>The server no longer knows our resourceVersion: the kind must be listed again.</summary>
    public static bool IsExpired(Exception e) =>
        e switch
        {
            KubeApiException refused => refused.IsGone,
            WatchErrorException error => error.IsExpired,
            _ => false,
        };

    /// <summary>A temporary failure of the connection or the server: the watch can continue from its last resourceVersion.</summary>
    public static bool IsPassing(Exception e) =>
        e switch
        {
            KubeApiException refused => (int)refused.Status >= 500
                || refused.Status
                    is HttpStatusCode.Unauthorized
                        or HttpStatusCode.Forbidden
                        or HttpStatusCode.NotFound
                        or HttpStatusCode.TooManyRequests,
            HttpRequestException or IOException or TimeoutException or OperationCanceledException => true,
            _ => false,
        };
}

/// <summary>An ERROR event: the server ends the watch and gives the reason.</summary>
internal sealed class WatchErrorException(JsonElement status)
    : Exception($"{KubeStatus.Code(status)} {KubeStatus.Read(status).Reason}: {KubeStatus.Read(status).Message}")
{
    /// <summary>The server no longer knows our resourceVersion; servers say this by code or by reason.</summary>
    public bool IsExpired { get; } =
        KubeStatus.Code(status) == (int)HttpStatusCode.Gone || KubeStatus.Read(status).Reason is "Expired" or "Gone";
}
