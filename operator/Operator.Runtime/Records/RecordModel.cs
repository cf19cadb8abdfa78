using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Runtime;

/// <summary>A committed record: the head and its immutable parts.</summary>
public sealed record StoredRecord
{
    /// <summary>A random id; it stays the same for the life of the record.</summary>
    public required string Id { get; init; }

    /// <summary>Each commit increases it by one.</summary>
    public required long Counter { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Parts { get; init; }

    /// <summary>The claim of the last commit; null: it made none.</summary>
    public RecordClaim? Claim { get; init; }

    internal string HeadUid { get; init; } = "";
    internal string HeadResourceVersion { get; init; } = "";
    internal ImmutableSortedDictionary<string, PartReference> References { get; init; } =
        ImmutableSortedDictionary<string, PartReference>.Empty;
}

/// <summary>The result of a live read of a record.</summary>
public abstract record RecordRead
{
    private RecordRead() { }

    /// <summary>
    /// There is no record. Without a witness, either no head and no part exist, or the head is empty (counter 0): the first
    /// commit did not finish, or the record was retired.
    /// </summary>
    public sealed record Absent : RecordRead;

    public sealed record Found(StoredRecord Record) : RecordRead
    {
        /// <summary>
        /// The record as this process last read or wrote it; no request shows that it is still so. Only a commit on top of it proves it.
        /// </summary>
        public bool IsRecalled { get; init; }
    }

    /// <summary>
    /// Another object has the name of the head. It is never written; <paramref name="Holder"/> is its kind and key. Once it is gone, the
    /// record is absent or lost.
    /// </summary>
    public sealed record Foreign(string Holder) : RecordRead;

    /// <summary>
    /// A record existed, but can't be read or trusted now. <paramref name="Survivors"/> are the parts with a correct checksum.
    /// </summary>
    public sealed record Lost(string Why, LostHead? Head, ImmutableArray<SurvivingPart> Survivors) : RecordRead;
}

/// <summary>An existing head that is damaged, has a counter below the witness, or lacks parts. A new record replaces it.</summary>
public sealed record LostHead(string Uid, string ResourceVersion)
{
    /// <summary>The claim of its last commit; null: it made none, or the head can't be read.</summary>
    public RecordClaim? Claim { get; init; }
}

/// <summary>A part of a lost record. <paramref name="Counter"/> is the counter of the commit that created the part.</summary>
public sealed record SurvivingPart(string Name, long Counter, DateTimeOffset CreatedAt, ReadOnlyMemory<byte> Content);

/// <summary>The state that a commit changes.</summary>
public abstract record CommitBasis
{
    private CommitBasis() { }

    /// <summary>The claim that the commit makes; null: none.</summary>
    public RecordClaim? Claim { get; init; }

    /// <summary>There is no record: the commit creates it.</summary>
    public sealed record Fresh(string Id, DateTimeOffset CreatedAt) : CommitBasis;

    public sealed record OnTop(StoredRecord Record) : CommitBasis;

    /// <summary>A new record that replaces a lost one. Its counter begins at <paramref name="Above"/> + 1.</summary>
    public sealed record InPlaceOf(LostHead? Head, string Id, DateTimeOffset CreatedAt, long Above) : CommitBasis;
}

/// <summary>Where a part is kept, and the checksum of its content.</summary>
internal sealed record PartReference
{
    /// <summary>Name of the part's own object; null for a part that is only inside the head.</summary>
    public string? Object { get; set; }

    /// <summary>The compressed content of a part inside the head; null for a part that is only in its own object.</summary>
    public byte[]? Packed { get; set; }
    public string Sha256 { get; set; } = "";

    /// <summary>Counter of the commit that wrote the content.</summary>
    public long Since { get; set; }

    public bool IsSameAs(PartReference? other) => other is not null && Object == other.Object && Sha256 == other.Sha256;
}

/// <summary>The content of a head. Before the first commit is complete, the counter is 0.</summary>
internal sealed record HeadContent
{
    public string Id { get; set; } = "";
    public long Counter { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public Dictionary<string, PartReference> Parts { get; set; } = [];
    public RecordClaim? Claim { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(HeadContent))]
internal sealed partial class RecordStoreJson : JsonSerializerContext;
