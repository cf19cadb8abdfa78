using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>
/// A record as it was read or is being committed: its parts, and what they decode to. A changed record keeps this form, so that
/// the parts of unchanged books are used again and every store keeps its number.
/// </summary>
public sealed record StoredForm
{
    public static StoredForm None { get; } = new();

    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Parts { get; init; } =
        ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    /// <summary>Those of <see cref="Parts"/> that a newer version wrote. They are carried along unchanged.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Unknown { get; init; } =
        ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    public StoreNumbers Numbers { get; init; } = StoreNumbers.None;

    /// <summary>The content of <see cref="Parts"/>. Null: there are no parts yet.</summary>
    public ConnectorRecord? Record { get; init; }
}
