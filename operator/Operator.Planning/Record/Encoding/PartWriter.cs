using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>Collects the parts of one record. Books that did not change since the record was read keep their parts.</summary>
internal sealed class PartWriter
{
    private readonly StoredForm _before;
    private readonly ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>.Builder _parts =
        ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    public PartWriter(ConnectorRecord record)
    {
        _before = record.Form;
        Before = record.Form.Record ?? new ConnectorRecord();
        Numbers = new Numbering(record);
        Stores = new StoresByNumber(Numbers);
    }

    /// <summary>The record as it was read; an empty record when it is new.</summary>
    public ConnectorRecord Before { get; }
    public Numbering Numbers { get; }

    /// <summary>Replaces the names of stores by their numbers.</summary>
    public StoresByNumber Stores { get; }

    public void Write<T>(string name, T content) => Add(name, PartJson.Write(content));

    public void Add(string name, ReadOnlyMemory<byte> content) => _parts[name] = content;

    /// <summary>Writes the book; the same object as before keeps its parts.</summary>
    public void One<T>(string name, BookCodec<T> codec, T book, T? before)
        where T : class
    {
        if (ReferenceEquals(book, before))
        {
            codec.Keep(this, name);
        }
        else
        {
            codec.Write(this, name, book, before);
        }
    }

    /// <summary>Writes one book per flow, below <paramref name="prefix"/>.</summary>
    public void Each<T>(
        string prefix,
        BookCodec<T> codec,
        ImmutableSortedDictionary<string, T> books,
        ImmutableSortedDictionary<string, T> before
    )
        where T : class
    {
        foreach (var (flow, book) in books)
        {
            One(prefix + flow, codec, book, before.GetValueOrDefault(flow));
        }
    }

    /// <summary>Keeps the parts <c>name</c> and <c>name.*</c> as they were. Returns their number.</summary>
    public int Keep(string name)
    {
        var kept = 0;
        foreach (var (part, content) in _before.Parts)
        {
            if (
                part.StartsWith(name, StringComparison.Ordinal)
                && (part.Length == name.Length || part[name.Length] == '.')
            )
            {
                Add(part, content);
                kept++;
            }
        }
        return kept;
    }

    /// <summary>Keeps the parts <c>name.0</c>, <c>name.1</c> and so on as they were. Returns their number.</summary>
    public int KeepNumbered(string name)
    {
        var number = 0;
        while (_before.Parts.TryGetValue(FormattableString.Invariant($"{name}.{number}"), out var content))
        {
            Add(FormattableString.Invariant($"{name}.{number++}"), content);
        }
        return number;
    }

    /// <summary>The form of <paramref name="record"/>, all of whose books are written.</summary>
    public StoredForm Form(ConnectorRecord record)
    {
        foreach (var (name, content) in _before.Unknown)
        {
            _parts.TryAdd(name, content);
        }
        return new StoredForm
        {
            Parts = _parts.ToImmutable(),
            Unknown = _before.Unknown,
            Numbers = Numbers.Result,
            Record = record with { Form = StoredForm.None },
        };
    }
}
