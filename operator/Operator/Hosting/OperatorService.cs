using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Hosting;

/// <summary>
/// The operator's life: keep the caches warm, wait for the lease, reconcile while it is held. When any of this ends, the
/// process ends: a fresh one takes over.
/// </summary>
internal sealed class OperatorService(
    ClusterCache cache,
    LeaderLease lease,
    ControllerLoop controller,
    OperatorOptions options,
    IHostApplicationLifetime lifetime,
    ILogger<OperatorService> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            ServiceLog.Starting(logger, Wiring.Version, options.Identity);
            var caching = cache.RunAsync(stoppingToken);
            var leading = lease.RunAsync(LeadAsync, stoppingToken);
            await await Task.WhenAny(caching, leading);
            if (!stoppingToken.IsCancellationRequested)
            {
                Environment.ExitCode = 1;
                ServiceLog.Stopping(logger);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            ServiceLog.Stopping(logger);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    /// <summary>Nothing is planned before every cache has been listed.</summary>
    private async Task LeadAsync(CancellationToken term)
    {
        await cache.WaitForSyncAsync(term);
        ServiceLog.Leading(logger);
        await controller.RunAsync(options.Workers, term);
    }
}

internal static partial class ServiceLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Marketplace operator {Version} starts as {Identity}")]
    public static partial void Starting(ILogger logger, string version, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "Leading: caches are synced, reconciling begins")]
    public static partial void Leading(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping")]
    public static partial void Stopping(ILogger logger);
}
