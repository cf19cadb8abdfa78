using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Operator.Runtime;

/// <summary>Workers that take keys from a queue and reconcile them, until cancelled; then work in flight is finished.</summary>
public sealed class ControllerLoop(
    KeyedQueue queue,
    Func<ObjectKey, CancellationToken, Task<Outcome>> reconcile,
    ControllerMetrics metrics,
    TimeProvider time,
    ILogger logger
)
{
    public async Task RunAsync(int workers, CancellationToken ct)
    {
        metrics.Workers(workers);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(ct)));
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            ObjectKey key;
            try
            {
                key = await queue.TakeAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            await ReconcileAsync(key, ct);
        }
    }

    private async Task ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        metrics.Began();
        try
        {
            Conclude(key, await reconcile(key, ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            ControllerLog.Cancelled(logger, key);
        }
        catch (KubeApiException e) when (e.IsConflict)
        {
            // Somebody wrote in between: not an error, look again.
            ControllerLog.Conflict(logger, key, e.Message);
            metrics.Ended("requeue");
            queue.AddAfterFailure(key);
        }
        // The top of every reconcile: logged once, backed off, never dropped.
        catch (Exception e)
        {
            ControllerLog.Failed(logger, key, e);
            metrics.Ended("error");
            queue.AddAfterFailure(key);
        }
        finally
        {
            metrics.Took(time.GetElapsedTime(start));
            queue.Complete(key);
        }
    }

    private void Conclude(ObjectKey key, Outcome outcome)
    {
        queue.Forget(key);
        switch (outcome)
        {
            case Outcome.Again again:
                metrics.Ended("requeue_after");
                queue.AddAfter(key, again.After);
                break;
            case Outcome.Done or Outcome.Stuck:
                metrics.Ended("success");
                break;
            default:
                throw new UnreachableException();
        }
    }
}

internal static partial class ControllerLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Reconcile of {Key} cancelled")]
    public static partial void Cancelled(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Reconcile of {Key} met a newer object: {Why}")]
    public static partial void Conflict(ILogger logger, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reconcile of {Key} failed; it will be tried again")]
    public static partial void Failed(ILogger logger, ObjectKey key, Exception exception);
}
