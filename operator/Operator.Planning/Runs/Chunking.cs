using System.Collections.Immutable;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>
/// Keeps the chunks up to date. A removed store leaves a free place and a new store takes the first free place. A new chunk
/// starts only when no place is free; no store moves. See decision 0015.
/// </summary>
internal static class Chunking
{
    /// <summary>The chunks with exactly the listed stores. Suspended stores stay, so that they keep their place.</summary>
    public static ChunkBook Settle(ChunkBook book, StoreRoster roster, int size)
    {
        var placed = new HashSet<string>(StringComparer.Ordinal);
        var chunks = ImmutableArray.CreateBuilder<Chunk>(book.Chunks.Length);
        foreach (var chunk in book.Chunks)
        {
            var isWhole = true;
            foreach (var store in chunk.Stores)
            {
                var stays = roster.Find(store) is not null;
                isWhole &= stays;
                _ = stays && placed.Add(store);
            }
            var kept = isWhole ? chunk : chunk with { Stores = chunk.Stores.RemoveAll(s => roster.Find(s) is null) };
            if (!kept.Stores.IsEmpty)
            {
                chunks.Add(kept);
            }
        }
        var joined = roster.Names.Where(s => !placed.Contains(s)).ToList();
        if (joined.Count > 0)
        {
            Place(chunks, joined, size);
        }
        var isSame = chunks.Count == book.Chunks.Length && chunks.Zip(book.Chunks).All(c => c.First == c.Second);
        return isSame ? book : new ChunkBook { Chunks = chunks.ToImmutable() };
    }

    /// <summary>
    /// The chunk's position in a slot, as a fraction of 2^32: the bits of its id reversed. So any number of chunks is
    /// spread evenly and a new chunk moves none (van der Corput's sequence: 0, 1/2, 1/4, 3/4, 1/8 …).
    /// </summary>
    public static uint PositionOf(int chunkId)
    {
        var (bits, position) = ((uint)chunkId, 0u);
        for (var i = 0; i < 32; i++)
        {
            position = (position << 1) | ((bits >> i) & 1);
        }
        return position;
    }

    private static void Place(ImmutableArray<Chunk>.Builder chunks, List<string> joined, int size)
    {
        var next = 0;
        for (var i = 0; i < chunks.Count && next < joined.Count; i++)
        {
            var room = Math.Max(0, size - chunks[i].Stores.Length);
            var taken = joined.Skip(next).Take(room).ToList();
            next += taken.Count;
            chunks[i] = taken.Count == 0 ? chunks[i] : chunks[i] with { Stores = [.. chunks[i].Stores, .. taken] };
        }
        for (var id = 0; next < joined.Count; id++)
        {
            // Chunks are ordered by id: a gap is a free id.
            if (id < chunks.Count && chunks[id].Id == id)
            {
                continue;
            }
            chunks.Insert(id, new Chunk { Id = id, Stores = [.. joined.Skip(next).Take(size)] });
            next += size;
        }
    }
}
