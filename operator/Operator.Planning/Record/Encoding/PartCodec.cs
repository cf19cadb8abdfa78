using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Operator.Planning.Record.Encoding;

/// <summary>Encodes one book of the record as parts of bytes, and decodes the book.</summary>
internal abstract record PartCodec(string Name)
{
    private PartCodec(string name, bool isPrefix)
        : this(name) => IsPrefix = isPrefix;

    /// <summary>True: the names of the parts begin with <see cref="Name"/>. False: there is one part, and its name is <see cref="Name"/>.</summary>
    private bool IsPrefix { get; }

    public bool Owns(string part) => IsPrefix ? part.StartsWith(Name, StringComparison.Ordinal) : part == Name;

    public abstract IEnumerable<KeyValuePair<string, byte[]>> Encode(ConnectorRecord record);

    /// <summary>Returns the record with the content of the parts. <paramref name="parts"/> are all parts that the codec owns.</summary>
    public abstract ConnectorRecord Decode(ConnectorRecord record, IReadOnlyList<Part> parts);

    /// <summary>One part as read.</summary>
    public sealed record Part(string Name, ReadOnlyMemory<byte> Bytes);

    /// <summary>A book that is one part. <paramref name="Read"/> returns null when there is nothing to store.</summary>
    public sealed record Book<T>(
        string Name,
        JsonTypeInfo<T> Type,
        Func<ConnectorRecord, T?> Read,
        Func<ConnectorRecord, T, ConnectorRecord> Write
    ) : PartCodec(Name, isPrefix: false)
        where T : class
    {
        public override IEnumerable<KeyValuePair<string, byte[]>> Encode(ConnectorRecord record) =>
            Read(record) is { } book
                ? [KeyValuePair.Create(Name, JsonSerializer.SerializeToUtf8Bytes(book, Type))]
                : [];

        public override ConnectorRecord Decode(ConnectorRecord record, IReadOnlyList<Part> parts) =>
            parts.Aggregate(record, (r, part) => Write(r, Decode(part.Bytes.Span)));

        public T Decode(ReadOnlySpan<byte> bytes) => Required(JsonSerializer.Deserialize(bytes, Type), Name);
    }

    /// <summary>A book that has one part per flow. The part's name is the prefix and the flow's name.</summary>
    public sealed record OfFlows<T>(
        string Prefix,
        JsonTypeInfo<T> Type,
        Func<ConnectorRecord, IReadOnlyDictionary<string, T>> Read,
        Func<ConnectorRecord, string, T, ConnectorRecord> Write
    ) : PartCodec(Prefix, isPrefix: true)
        where T : class
    {
        public override IEnumerable<KeyValuePair<string, byte[]>> Encode(ConnectorRecord record) =>
            Read(record)
                .Select(p => KeyValuePair.Create(Prefix + p.Key, JsonSerializer.SerializeToUtf8Bytes(p.Value, Type)));

        public override ConnectorRecord Decode(ConnectorRecord record, IReadOnlyList<Part> parts) =>
            parts.Aggregate(
                record,
                (r, part) =>
                    Write(
                        r,
                        part.Name[Prefix.Length..],
                        Required(JsonSerializer.Deserialize(part.Bytes.Span, Type), part.Name)
                    )
            );
    }

    /// <summary>A book that is cut into numbered parts, because a part has a size limit.</summary>
    public sealed record Shards<T>(
        string Prefix,
        JsonTypeInfo<T> Type,
        Func<ConnectorRecord, IEnumerable<T>> Cut,
        Func<ConnectorRecord, IEnumerable<T>, ConnectorRecord> Join
    ) : PartCodec(Prefix, isPrefix: true)
        where T : class
    {
        public override IEnumerable<KeyValuePair<string, byte[]>> Encode(ConnectorRecord record) =>
            Cut(record)
                .Select((shard, i) => KeyValuePair.Create(NameOf(i), JsonSerializer.SerializeToUtf8Bytes(shard, Type)));

        public override ConnectorRecord Decode(ConnectorRecord record, IReadOnlyList<Part> parts) =>
            Join(
                record,
                parts
                    .OrderBy(p => NumberOf(p.Name))
                    .Select(p => Required(JsonSerializer.Deserialize(p.Bytes.Span, Type), p.Name))
            );

        private string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

        private int NumberOf(string part) =>
            int.TryParse(part.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Unknown(part);
    }

    public static JsonException Unknown(string part) =>
        new($"the record has a part '{part}' that this version does not know");

    private static T Required<T>(T? value, string part)
        where T : class => value ?? throw new JsonException($"part '{part}' of the record is null");
}
