using Operator.Gathering;
using Operator.Runtime;

namespace Operator.Hosting;

/// <summary>
/// The operator's work: keep the caches warm, wait for the lease, reconcile while it is held. It is over when any of these
/// ends; a fresh process takes over.
/// </summary>
internal sealed class Operation(
    ClusterCache cache,
    LeaderLease lease,
    ControllerLoop controller,
    RecordSweeping sweeping,
    OperatorOptions options,
    ILogger<Operation> logger
)
{
    public async Task RunAsync(CancellationToken ct)
    {
        OperationLog.Starting(logger, Wiring.Version, options.Identity);
        var caching = cache.RunAsync(ct);
        var leading = lease.RunAsync(LeadAsync, ct);
        await await Task.WhenAny(caching, leading);
    }

    /// <summary>Nothing is planned before every cache has been listed after the lease was won: a watch may be behind.</summary>
    private async Task LeadAsync(LeadershipTerm term)
    {
        await cache.RelistAsync(term.Ended);
        OperationLog.Leading(logger);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(term.Stopping, term.Ended);
        await Task.WhenAll(
            controller.RunAsync(options.Workers, term.Stopping, term.Ended),
            sweeping.RunAsync(options.Namespace, over.Token)
        );
    }
}

internal static partial class OperationLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Marketplace operator {Version} starts as {Identity}")]
    public static partial void Starting(ILogger logger, string version, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "Leading: caches are synced, reconciling begins")]
    public static partial void Leading(ILogger logger);
}
