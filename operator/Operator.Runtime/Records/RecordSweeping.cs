using Microsoft.Extensions.Logging;

namespace Operator.Runtime;

/// <summary>
/// Deletes unused parts, and records without a subject, now and every hour; after a failure, again in a minute.
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
            while (true)
            {
                await Task.Delay(await SweepAsync(ns, ct), time, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            RecordSweepingLog.Ended(logger);
        }
    }

    /// <summary>Returns the time until the next sweep.</summary>
    private async Task<TimeSpan> SweepAsync(string? ns, CancellationToken ct)
    {
        try
        {
            var swept = await records.SweepAsync(ns, ct);
            RecordSweepingLog.Swept(logger, swept);
            var removed = await records.RetireAsync(subjects, ns, ct);
            if (removed > 0)
            {
                RecordSweepingLog.Removed(logger, removed);
            }
            return Period;
        }
        // A failed sweep costs only speed and space, so a later retry is enough.
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            RecordSweepingLog.Failed(logger, Retry, e);
            return Retry;
        }
    }
}

internal static partial class RecordSweepingLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Deleted {Count} parts that no record lists")]
    public static partial void Swept(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} records whose object was deleted long ago")]
    public static partial void Removed(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sweep of record parts ended")]
    public static partial void Ended(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot sweep the record parts; next attempt in {Wait}")]
    public static partial void Failed(ILogger logger, TimeSpan wait, Exception exception);
}
