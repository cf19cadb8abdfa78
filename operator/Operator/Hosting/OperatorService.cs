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
        try
        {
            await operation.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host asked to stop, and the lease is released; no other work is left.
        }
        finally
        {
            if (!stoppingToken.IsCancellationRequested)
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
