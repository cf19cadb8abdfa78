using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>
/// Which stores of a flow normally run together. A store keeps its chunk as long as the connector lists the store; changes of
/// other stores never move it.
/// </summary>
public sealed record ChunkBook
{
    /// <summary>Sorted by id.</summary>
    public ImmutableArray<Chunk> Chunks { get; set; } = [];
}

public sealed record Chunk
{
    /// <summary>Defines the chunk's offset within a slot. A new chunk takes the lowest free id.</summary>
    public int Id { get; set; }
    public ImmutableArray<string> Stores { get; set; } = [];
}
