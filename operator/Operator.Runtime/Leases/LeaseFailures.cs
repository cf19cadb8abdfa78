using System.Net;
using Microsoft.Extensions.Logging;

namespace Operator.Runtime;

/// <summary>Counts every failed request for a lease, and logs it when its reason differs from the last one.</summary>
internal sealed class LeaseFailures(LeaseMetrics metrics, ObjectKey lease, ILogger logger)
{
    private string? _last;

    public static bool IsOne(Exception e) =>
        e is KubeApiException or HttpRequestException or TimeoutException or IOException or OperationCanceledException;

    /// <summary>A request succeeded, so the next failure is news.</summary>
    public void Forget() => _last = null;

    public void Note(Exception e)
    {
        var reason = e switch
        {
            KubeApiException { IsForbidden: true } => "forbidden",
            KubeApiException { Status: HttpStatusCode.Conflict } => "conflict",
            KubeApiException => "refused",
            _ => "unreachable",
        };
        metrics.Failed(reason);
        if (reason == _last)
        {
            return;
        }
        _last = reason;
        if (e is KubeApiException { IsForbidden: true })
        {
            LeaseLog.Forbidden(logger, lease, e.Message);
        }
        else
        {
            LeaseLog.Failed(logger, lease, e.Message);
        }
    }
}
