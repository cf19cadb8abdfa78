using Operator.Runtime;

namespace Operator;

internal static partial class ReconcilerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot {What} of {Key}; it is tried again: {Why}")]
    public static partial void WriteFailed(ILogger logger, string what, ObjectKey key, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing new is planned until the record is smaller: {Why}")]
    public static partial void TooLarge(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The namespace of {Key} is being deleted; planning stops")]
    public static partial void NamespaceEnds(ILogger logger, ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Committed record {Counter} of {Key}: {Because}")]
    public static partial void Committed(ILogger logger, ObjectKey key, long counter, string because);
}
