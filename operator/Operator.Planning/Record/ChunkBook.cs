using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>
/// Which stores of a flow run together, where nothing keeps them apart. A store has one place for as long as it is listed: no
/// other store's coming, going or change moves it.
/// </summary>
public sealed record ChunkBook
{
    /// <summary>By id.</summary>
    public ImmutableArray<Chunk> Chunks { get; set; } = [];
}

public sealed record Chunk
{
    /// <summary>Fixes its offset within a slot; that of a chunk that has emptied is given again.</summary>
    public int Id { get; set; }
    public ImmutableArray<string> Stores { get; set; } = [];
}
