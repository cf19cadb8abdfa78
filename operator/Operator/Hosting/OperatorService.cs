namespace Operator.Hosting;

/// <summary>Runs the operation as long as the process lives, and ends the process with it.</summary>
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
            // Asked to stop: the lease is released, there is nothing else to do.
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
