using System.Globalization;

namespace Operator.Runtime;

/// <summary>
/// A commit was refused because a part or the head of the record exceeds its limit. No object was written. Sizes are in bytes, of
/// a part after compression.
/// </summary>
public sealed class RecordTooLargeException(ObjectKey subject, string? part, int bytes, int limit)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"cannot commit the record of {subject}: {Name(part)} takes {bytes} bytes, at most {limit} fit"
        )
    )
{
    /// <summary>The part; null: the head.</summary>
    public string? Part { get; } = part;
    public int Bytes { get; } = bytes;
    public int Limit { get; } = limit;

    private static string Name(string? part) => part is null ? "its head" : $"part '{part}'";
}
