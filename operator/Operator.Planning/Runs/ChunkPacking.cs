using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Stores that run together, and their position in the slot as a fraction of 2^32.</summary>
internal sealed record PackedRun(ImmutableArray<string> Stores, uint Position);

/// <summary>
/// Packs some of a flow's stores into runs: stores of one chunk stay together, and small rests of chunks join neighbouring
/// chunks. A neighbourhood is a half of the slot, halved again as often as needed, so a change of one store changes only
/// the runs of its own neighbourhood. Two halves become two runs only when one run cannot hold both, so there are rarely
/// twice as many runs as needed.
/// </summary>
internal static class ChunkPacking
{
    private sealed record Part(uint Position, ImmutableArray<string> Stores);

    public static IEnumerable<PackedRun> Pack(ChunkBook book, Func<string, bool> isIn, int most) =>
        Pack(PartsOf(book, isIn), most, start: 0, width: 1UL << 32);

    /// <summary>The stores in so many even runs, whatever chunk they are of: neighbours run together, at the time of the first.</summary>
    public static IEnumerable<PackedRun> Spread(ChunkBook book, Func<string, bool> isIn, int runs)
    {
        var stores = PartsOf(book, isIn).SelectMany(p => p.Stores.Select(s => (Store: s, p.Position))).ToList();
        var count = Math.Min(runs, stores.Count);
        for (var i = 0; i < count; i++)
        {
            var (from, to) = (stores.Count * i / count, stores.Count * (i + 1) / count);
            yield return new PackedRun([.. stores[from..to].Select(s => s.Store)], stores[from].Position);
        }
    }

    private static List<Part> PartsOf(ChunkBook book, Func<string, bool> isIn)
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
        return parts;
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

    /// <summary>
    /// Splits a part that is too large for one run into even pieces, so that no piece has only one store left over.
    /// </summary>
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
