namespace Operator.Planning.Record.Encoding;

/// <summary>
/// Writes one book of the record as parts, and reads it. The first part has the book's name; the names of its other parts begin
/// with this name and a dot.
/// </summary>
internal abstract class BookCodec<T>
    where T : class
{
    /// <summary>Writes nothing for an empty book. <paramref name="before"/> is the book as it was read; null: there was none.</summary>
    public abstract void Write(PartWriter to, string name, T book, T? before);

    /// <summary>Keeps the parts of an unchanged book.</summary>
    public virtual void Keep(PartWriter to, string name) => to.Keep(name);

    /// <summary>Null when there is no such book.</summary>
    public abstract T? Read(PartReader from, string name);
}

/// <summary>A book that is always one part.</summary>
/// <param name="named">Replaces the stores that the book names.</param>
internal sealed class WholeCodec<T>(Func<T, StoreMap, T> named) : BookCodec<T>
    where T : class
{
    /// <summary>An empty book has no part. Default: no book is empty.</summary>
    public Func<T, bool> IsEmpty { get; init; } = _ => false;

    public override void Write(PartWriter to, string name, T book, T? before)
    {
        if (!IsEmpty(book))
        {
            to.Write(name, named(book, to.Stores));
        }
    }

    public override T? Read(PartReader from, string name) =>
        from.Find<T>(name) is { } book ? named(book, from.Stores) : null;
}
