using Microsoft.Extensions.Logging;

namespace Operator.Runtime;

/// <summary>
/// Deletes unused parts, and records without a subject, now and every hour. The two do not wait for each other. After a failure each is
/// repeated sooner, at first in a minute: each time it lists all records, so what fails again and again is repeated less and less.
/// </summary>
public sealed class RecordSweeping(RecordStore records, ResourceType subjects, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    /// <summary>Returns when <paramref name="ct"/> is cancelled. All namespaces when <paramref name="ns"/> is null.</summary>
    public async Task RunAsync(string? ns, CancellationToken ct)
    {
        try
        {
            await Task.WhenAll(
                RepeatAsync("sweep the record parts", () => SweepAsync(ns, ct), ct),
                RepeatAsync("remove records without an object", () => RetireAsync(ns, ct), ct)
            );
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            RecordSweepingLog.Ended(logger);
        }
    }

    private async Task RepeatAsync(string what, Func<Task> work, CancellationToken ct)
    {
        var failures = 0;
        while (true)
        {
            var wait = Period;
            try
            {
                await work();
                failures = 0;
            }
            // A failure costs only speed and space, so a later retry is enough.
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                wait = Backoff.Delay(Retry, Period, failures++, random: 1);
                RecordSweepingLog.Failed(logger, what, wait, e);
            }
            await Task.Delay(wait, time, ct);
        }
    }

    private async Task SweepAsync(string? ns, CancellationToken ct)
    {
        var deleted = await records.SweepAsync(ns, ct);
        RecordSweepingLog.Swept(logger, deleted);
    }

    private async Task RetireAsync(string? ns, CancellationToken ct)
    {
        var removed = await records.RetireAsync(subjects, ns, ct);
        if (removed > 0)
        {
            RecordSweepingLog.Removed(logger, removed);
        }
    }
}

internal static partial class RecordSweepingLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Deleted {Count} parts that no record lists")]
    public static partial void Swept(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} records whose object was deleted long ago")]
    public static partial void Removed(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sweep of records ended")]
    public static partial void Ended(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot {What}; next attempt in {Wait}")]
    public static partial void Failed(ILogger logger, string what, TimeSpan wait, Exception exception);
}
