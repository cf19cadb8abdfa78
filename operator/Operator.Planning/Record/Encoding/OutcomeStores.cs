using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>Store names of an <see cref="OutcomeBook"/>, cut into parts. Only a change of the set of stores rewrites these parts.</summary>
public sealed record OutcomeStores
{
    /// <summary>Names have at most 63 characters, and JSON escapes none, so a part stays far below its size limit.</summary>
    private const int StoresAPart = 5_000;

    public ImmutableArray<string> Stores { get; set; } = [];

    internal static IEnumerable<OutcomeStores> Cut(ImmutableArray<string> stores) =>
        stores.Chunk(StoresAPart).Select(names => new OutcomeStores { Stores = [.. names] });
}
