using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Operator.Runtime;

/// <summary>Workers that take keys from a queue and reconcile them.</summary>
public sealed class ControllerLoop(
    KeyedQueue queue,
    Func<ObjectKey, CancellationToken, Task<Outcome>> reconcile,
    ControllerMetrics metrics,
    Strides strides,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>
    /// Runs until <paramref name="stop"/> is cancelled, then finishes the reconciles in flight. Cancelling <paramref name="ct"/>
    /// cancels them too.
    /// </summary>
    public async Task RunAsync(int workers, CancellationToken stop, CancellationToken ct)
    {
        metrics.Workers(workers);
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(stop, ct);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(taking.Token, ct)));
    }

    private async Task WorkAsync(CancellationToken taking, CancellationToken ct)
    {
        while (!taking.IsCancellationRequested)
        {
            ObjectKey key;
            try
            {
                key = await queue.TakeAsync(taking);
            }
            catch (OperationCanceledException) when (taking.IsCancellationRequested)
            {
                return;
            }
            await ReconcileAsync(key, ct);
        }
    }

    private async Task ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        using var stride = strides.Begin();
        metrics.Began();
        try
        {
            Conclude(key, await reconcile(key, ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            ControllerLog.Cancelled(logger, key);
            queue.Add(key);
        }
        catch (KubeApiException e) when (e.Status == HttpStatusCode.Conflict)
        {
            // Another client changed or created the object first. This is not an error: reconcile again.
            ControllerLog.Conflict(logger, key, e.Message);
            metrics.Ended("requeue");
            queue.AddAfterFailure(key);
        }
        // The top of every reconcile: log the exception once and retry with backoff; never drop the key.
        catch (Exception e)
        {
            ControllerLog.Failed(logger, key, e);
            metrics.Failed();
            queue.AddAfterFailure(key, (e as KubeApiException)?.RetryAfter ?? TimeSpan.Zero);
        }
        finally
        {
            metrics.Took(time.GetElapsedTime(start));
            queue.Complete(key);
        }
    }

    private void Conclude(ObjectKey key, Outcome outcome)
    {
        if (outcome is not Outcome.Failed)
        {
            queue.Forget(key);
        }
        switch (outcome)
        {
            case Outcome.Again again:
                metrics.Ended("requeue_after");
                queue.AddAfter(key, again.After);
                break;
            case Outcome.Done:
                metrics.Ended("success");
                break;
            case Outcome.Stuck:
                metrics.Stuck();
                break;
            case Outcome.Failed failed:
                ControllerLog.PartFailed(logger, key, failed.Why);
                metrics.Failed();
                queue.AddAfterFailure(key, failed.AtLeast);
                if (failed.After is { } after)
                {
                    queue.AddAfter(key, after);
                }
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

    [LoggerMessage(Level = LogLevel.Debug, Message = "Reconcile of {Key} found a newer object; it runs again: {Why}")]
    public static partial void Conflict(ILogger logger, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A part of {Key} failed; it runs again with backoff: {Why}")]
    public static partial void PartFailed(ILogger logger, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reconcile of {Key} failed; it runs again with backoff")]
    public static partial void Failed(ILogger logger, ObjectKey key, Exception exception);
}
