using System.Net;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>What a failure means for our place in the stream.</summary>
internal static class WatchFailures
{
    /// <summary>The server no longer knows it: everything has to be listed again.</summary>
    public static bool IsExpired(Exception e) =>
        e switch
        {
            KubeApiException refused => refused.IsGone,
            WatchErrorException error => error.IsExpired,
            _ => false,
        };

    /// <summary>Trouble on the way, or a server that is not itself just now: our place in the stream is as good as before.</summary>
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

/// <summary>An ERROR event: the server ends the watch and says why.</summary>
internal sealed class WatchErrorException(JsonElement status)
    : Exception($"{KubeStatus.Code(status)} {KubeStatus.Read(status).Reason}: {KubeStatus.Read(status).Message}")
{
    /// <summary>The server no longer knows the place from which we watch, in whatever way it says so.</summary>
    public bool IsExpired { get; } =
        KubeStatus.Code(status) == (int)HttpStatusCode.Gone || KubeStatus.Read(status).Reason is "Expired" or "Gone";
}
