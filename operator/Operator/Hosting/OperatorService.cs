namespace Operator.Hosting;

/// <summary>Runs the operation, and ends the process when the operation ends.</summary>
internal sealed class OperatorService(
    Operation operation,
    IHostApplicationLifetime lifetime,
    ILogger<OperatorService> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host cancels its token only after the HTTP server has stopped, and an open request may delay that.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await operation.RunAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The host asked to stop, and the lease is released; no other work is left.
        }
        finally
        {
            if (!stop.IsCancellationRequested)
            {
                Environment.ExitCode = 1;
            }
            ServiceLog.Stopping(logger);
            lifetime.StopApplication();
        }
    }
}

internal static partial class ServiceLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping")]
    public static partial void Stopping(ILogger logger);
}
