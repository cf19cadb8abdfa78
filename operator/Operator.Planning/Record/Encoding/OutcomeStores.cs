using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>The names of an <see cref="OutcomeBook"/>'s stores, or some of them: parts of their own, which only new stores change.</summary>
public sealed record OutcomeStores
{
    /// <summary>With names of 63 characters, which JSON never widens, far below the size that a part may have.</summary>
    private const int StoresAPart = 5_000;

    public ImmutableArray<string> Stores { get; set; } = [];

    internal static IEnumerable<OutcomeStores> Cut(ImmutableArray<string> stores) =>
        stores.Chunk(StoresAPart).Select(names => new OutcomeStores { Stores = [.. names] });
}
