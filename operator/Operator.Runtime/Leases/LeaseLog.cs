using Microsoft.Extensions.Logging;

namespace Operator.Runtime;

internal static partial class LeaseLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Key} acquired by {Identity}")]
    public static partial void Acquired(ILogger logger, ObjectKey key, string identity);

    [LoggerMessage(Level = LogLevel.Error, Message = "Lease {Key} lost; this replica stops")]
    public static partial void Lost(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Term of lease {Key} ended")]
    public static partial void Ended(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Key} released")]
    public static partial void Released(ILogger logger, ObjectKey key);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Work under lease {Key} did not end in time and was cut off; the lease is released in {Pause}, when no write of it can arrive any more"
    )]
    public static partial void CutOff(ILogger logger, ObjectKey key, TimeSpan pause);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Cannot use lease {Key}: give the service account get, create and update on leases: {Why}"
    )]
    public static partial void Forbidden(ILogger logger, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot take or renew lease {Key}: {Why}")]
    public static partial void Failed(ILogger logger, ObjectKey key, string why);
}
