using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Runtime;

/// <summary>A record as it was committed: a head that lists immutable parts.</summary>
public sealed record StoredRecord
{
    /// <summary>Random; made with the head and kept for its life.</summary>
    public required string Id { get; init; }

    /// <summary>One higher with each commit.</summary>
    public required long Counter { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Parts { get; init; }

    internal string HeadUid { get; init; } = "";
    internal string HeadResourceVersion { get; init; } = "";
    internal ImmutableSortedDictionary<string, PartReference> References { get; init; } =
        ImmutableSortedDictionary<string, PartReference>.Empty;
}

/// <summary>What a live read of a record says.</summary>
public abstract record RecordRead
{
    private RecordRead() { }

    /// <summary>No head, no part, no witness: there never was one; or its very first commit broke off.</summary>
    public sealed record Absent : RecordRead;

    public sealed record Found(StoredRecord Record) : RecordRead;

    /// <summary>There was one, and it can't be trusted or read any more. <paramref name="Survivors"/> are parts whose checksum holds.</summary>
    public sealed record Lost(string Why, LostHead? Head, ImmutableArray<SurvivingPart> Survivors) : RecordRead;
}

/// <summary>A head that is still there, but below a witness or without its parts; a new record takes its place.</summary>
public sealed record LostHead(string Uid, string ResourceVersion);

/// <summary>A part that no trustworthy head lists. <paramref name="Counter"/> is that of the commit that made it.</summary>
public sealed record SurvivingPart(string Name, long Counter, DateTimeOffset CreatedAt, ReadOnlyMemory<byte> Content);

/// <summary>What a commit builds on.</summary>
public abstract record CommitBasis
{
    private CommitBasis() { }

    /// <summary>There is no record: the commit begins it.</summary>
    public sealed record Fresh(string Id, DateTimeOffset CreatedAt) : CommitBasis;

    public sealed record OnTop(StoredRecord Record) : CommitBasis;

    /// <summary>A new record in the place of a lost one; its counter begins above every witness.</summary>
    public sealed record InPlaceOf(LostHead? Head, string Id, DateTimeOffset CreatedAt, long Above) : CommitBasis;
}

/// <summary>Where a part is kept and what its content must hash to.</summary>
internal sealed record PartReference
{
    /// <summary>The ConfigMap that keeps it; null for a part inside the head.</summary>
    public string? Object { get; set; }

    /// <summary>The part itself, compressed, when it is inside the head.</summary>
    public byte[]? Packed { get; set; }
    public string Sha256 { get; set; } = "";

    public bool IsSameAs(PartReference? other) => other is not null && Object == other.Object && Sha256 == other.Sha256;
}

/// <summary>What a head says. The counter of one that was only begun is 0.</summary>
internal sealed record HeadContent
{
    public string Id { get; set; } = "";
    public long Counter { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public Dictionary<string, PartReference> Parts { get; set; } = [];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(HeadContent))]
internal sealed partial class RecordStoreJson : JsonSerializerContext;
