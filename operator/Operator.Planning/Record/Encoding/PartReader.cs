using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>Reads the parts of one record, and notes which parts were read.</summary>
internal sealed class PartReader(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>The names of the stores' numbers.</summary>
    public StoreNames Stores { get; set; } = new(StoreNumbers.None);

    /// <summary>Parts that were not read: a newer version wrote them.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Unread =>
        parts.Where(p => !_read.Contains(p.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Null when there is no such part.</summary>
    public T? Find<T>(string name)
        where T : class
    {
        if (!parts.TryGetValue(name, out var json))
        {
            return null;
        }
        _read.Add(name);
        return PartJson.Read<T>(name, json.Span);
    }

    /// <summary>Reads a part that another part lists.</summary>
    public T Read<T>(string name, string listedIn)
    {
        var json = ReadBytes(name, listedIn);
        return PartJson.Read<T>(name, json.Span);
    }

    private static DamagedRecordException Missing(string name, string listedIn) =>
        new($"the record has no part '{name}', which belongs to part '{listedIn}'");

    /// <summary>The bytes of a part that is no JSON, and that another part lists.</summary>
    public ReadOnlyMemory<byte> ReadBytes(string name, string listedIn)
    {
        if (!parts.TryGetValue(name, out var bytes))
        {
            throw Missing(name, listedIn);
        }
        _read.Add(name);
        return bytes;
    }

    public T One<T>(string name, BookCodec<T> codec)
        where T : class, new() => codec.Read(this, name) ?? new T();

    /// <summary>Reads one book per flow. A flow's name has no dot.</summary>
    public ImmutableSortedDictionary<string, T> Each<T>(string prefix, BookCodec<T> codec)
        where T : class =>
        parts
            .Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.IndexOf('.', prefix.Length) < 0)
            .Select(n => (Flow: n[prefix.Length..], Book: codec.Read(this, n)))
            .Where(b => b.Book is not null)
            .ToImmutableSortedDictionary(b => b.Flow, b => b.Book!, StringComparer.Ordinal); // filtered
}
