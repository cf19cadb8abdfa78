using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Stores that run as one, and where in a slot they stand, as a fraction of 2^32.</summary>
internal sealed record PackedRun(ImmutableArray<string> Stores, uint Position);

/// <summary>
/// Makes runs of some of a flow's stores: those of one chunk together, and chunks of which little is left with their neighbours
/// in the slot. Neighbourhoods are halves of halves of the slot, so what one store does changes the runs of its own
/// neighbourhood only. Two halves are two runs only where one can't hold both, so the runs are hardly ever twice those needed.
/// </summary>
internal static class ChunkPacking
{
    private sealed record Part(uint Position, ImmutableArray<string> Stores);

    public static IEnumerable<PackedRun> Pack(ChunkBook book, Func<string, bool> isIn, int most)
    {
        var parts = new List<Part>(book.Chunks.Length);
        foreach (var chunk in book.Chunks)
        {
            var stores = chunk.Stores.All(isIn) ? chunk.Stores : [.. chunk.Stores.Where(isIn)];
            if (!stores.IsEmpty)
            {
                parts.Add(new Part(Chunking.PositionOf(chunk.Id), stores));
            }
        }
        parts.Sort((a, b) => a.Position.CompareTo(b.Position));
        return Pack(parts, most, start: 0, width: 1UL << 32);
    }

    private static IEnumerable<PackedRun> Pack(List<Part> parts, int most, ulong start, ulong width)
    {
        if (parts.Count == 0)
        {
            return [];
        }
        if (parts is [var alone])
        {
            return Cut(alone, most);
        }
        if (parts.Sum(p => p.Stores.Length) <= most)
        {
            return [new PackedRun([.. parts.SelectMany(p => p.Stores)], (uint)start)];
        }
        var (half, middle) = (width / 2, start + (width / 2));
        var second = parts.FindIndex(p => p.Position >= middle);
        var cut = second < 0 ? parts.Count : second;
        return Pack(parts[..cut], most, start, half).Concat(Pack(parts[cut..], most, middle, half));
    }

    /// <summary>More than a run may take: even pieces, so that none is left with a single store.</summary>
    private static IEnumerable<PackedRun> Cut(Part part, int most)
    {
        var pieces = (part.Stores.Length + most - 1) / most;
        for (var i = 0; i < pieces; i++)
        {
            var (from, to) = (part.Stores.Length * i / pieces, part.Stores.Length * (i + 1) / pieces);
            yield return new PackedRun(part.Stores[from..to], part.Position);
        }
    }
}
