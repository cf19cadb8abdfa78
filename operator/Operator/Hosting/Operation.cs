using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Hosting;

/// <summary>
/// The work of the operator: fills the caches, waits for the lease, and reconciles while it holds the lease. It ends when one of
/// these tasks ends; then the process ends and Kubernetes starts a new one.
/// </summary>
internal sealed class Operation(
    ClusterCache cache,
    LeaderLease lease,
    ControllerLoop controller,
    RecordStore records,
    RecordSweeping sweeping,
    OperatorOptions options,
    ILogger<Operation> logger
)
{
    /// <summary>
    /// On a stop the order is: take no new work, let the reconciles in flight end, release the lease, and only then end the caches and
    /// return. The caller closes the connections after that.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        OperationLog.Starting(logger, Wiring.Version, options.Identity);
        using var end = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var caching = cache.RunAsync(end.Token);
        var leading = lease.RunAsync(LeadAsync, stop.Token);
        try
        {
            await Task.WhenAny(caching, leading);
            Cancel(stop);
            await leading;
        }
        catch (OperationCanceledException) when (caching.IsCompleted)
        {
            OperationLog.WithoutCaches(logger);
        }
        finally
        {
            Cancel(end);
            await EndAsync(caching, end.Token);
        }
    }

    /// <summary>Not CancelAsync: its callbacks would run on another thread.</summary>
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private static async Task EndAsync(Task caching, CancellationToken end)
    {
        try
        {
            await caching;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The caches end only by this token; an error of theirs goes on to the caller.
        }
    }

    /// <summary>Lists every cache again after the lease is taken, before planning begins, because a watch may be behind.</summary>
    private async Task LeadAsync(LeadershipTerm term)
    {
        cache.BeginLeading();
        await cache.RelistAsync(term.Ended);
        await BeginRecordsAsync(term.Ended);
        OperationLog.Leading(logger);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(term.Stopping, term.Ended);
        await Task.WhenAll(
            controller.RunAsync(options.Workers, term.Stopping, term.Ended),
            sweeping.RunAsync(options.Namespace, over.Token)
        );
    }

    /// <summary>Reads all heads at once. If this fails, each record is read when it is first needed.</summary>
    private async Task BeginRecordsAsync(CancellationToken ct)
    {
        try
        {
            await records.BeginTermAsync(options.Namespace, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            OperationLog.ReadsSingly(logger, e);
        }
    }
}

internal static partial class OperationLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Marketplace operator {Version} starts as {Identity}")]
    public static partial void Starting(ILogger logger, string version, string identity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot list the records; each is read when it is first needed")]
    public static partial void ReadsSingly(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The caches ended, so this replica ends, too")]
    public static partial void WithoutCaches(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "This replica leads; caches are synced, reconciling begins")]
    public static partial void Leading(ILogger logger);
}
