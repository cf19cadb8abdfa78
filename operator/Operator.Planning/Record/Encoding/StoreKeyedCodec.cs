namespace Operator.Planning.Record.Encoding;

/// <summary>
/// A book with values by store. It is one part while that part is small, else it is cut by ranges of store numbers, so that a change
/// of one store rewrites one part.
/// </summary>
internal sealed class StoreKeyedCodec<T> : BookCodec<T>
    where T : class
{
    /// <summary>Numbers a part, tried from left to right.</summary>
    private static readonly int[] Spans = [int.MaxValue, 4096, 2048, 1024, 512, 256];

    /// <summary>Replaces the stores that the book names.</summary>
    public required Func<T, StoreMap, T> Named { get; init; }

    /// <summary>The book with nothing but its values by store; these are cut, all else is in the first part.</summary>
    public required Func<T, T> Values { get; init; }

    /// <summary>Adds the values of the second book to the first.</summary>
    public required Func<T, T, T> Join { get; init; }

    /// <summary>An empty book has no part.</summary>
    public Func<T, bool> IsEmpty { get; init; } = _ => false;

    public override void Write(PartWriter to, string name, T book, T? before)
    {
        if (IsEmpty(book))
        {
            return;
        }
        var parts = Spans
            .Select(span => Cut(to, book, span))
            .First(cut => cut.Span == Spans[^1] || cut.Parts.TrueForAll(p => p.Length <= PartJson.MostBytes))
            .Parts;
        for (var i = 0; i < parts.Count; i++)
        {
            to.Add(Shards.NameOf(name, i), parts[i]);
        }
    }

    public override T? Read(PartReader from, string name) =>
        Shards
            .Read<T>(from, name)
            .Select(shard => Named(shard, from.Stores))
            .Aggregate(default(T), (book, shard) => book is null ? shard : Join(book, shard));

    private (int Span, List<byte[]> Parts) Cut(PartWriter to, T book, int span)
    {
        var first = Named(book, to.Stores.Within(0, span));
        // The first mapping gave every store of the book its number.
        var more = (Math.Max(1, to.Numbers.Count) - 1) / span;
        var rest = Values(book);
        var parts = new List<byte[]> { PartJson.Write(new Shard<T> { More = more, Content = first }) };
        for (var i = 1; i <= more; i++)
        {
            var shard = Named(rest, to.Stores.Within(i * span, (i + 1) * span));
            parts.Add(PartJson.Write(new Shard<T> { Content = shard }));
        }
        return (span, parts);
    }
}
