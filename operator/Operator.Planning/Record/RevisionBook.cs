using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>The connector's revisions, and which revision is stable.</summary>
public sealed record RevisionBook
{
    public ImmutableArray<Revision> Items { get; set; } = [];
    public string? StableHash { get; set; }

    /// <summary>A store was reported ok on stable. Until then new content replaces stable at once, for some occasions.</summary>
    public bool StableIsProven { get; set; }

    /// <summary>Closed occasions on which runs on an unproven stable have started.</summary>
    public int UnprovenOccasions { get; set; }

    /// <summary>
    /// Flows that joined stable and have not run yet: until its first run, an edit of the flow's parameters is no new content.
    /// </summary>
    public ImmutableArray<string> UnrunFlows { get; set; } = [];

    /// <summary>
    /// The last three former stable hashes, newest last. Their content becomes stable at once, without an attempt. A revision that was
    /// left for an older one is none of them.
    /// </summary>
    public ImmutableArray<string> FormerStables { get; set; } = [];

    /// <summary>Rejected content. It starts no attempt until the spec's content changes. Null: none.</summary>
    public Rejection? Rejected { get; set; }

    /// <summary>The record was lost and no stable revision survived. No run is planned until the spec's content is adopted.</summary>
    public bool IsWithoutTruth { get; set; }

    /// <summary>Members that a newer version of the operator wrote; kept as they are. Null: none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Newer { get; set; }

    public Revision? Find(string? hash) => Items.FirstOrDefault(r => r.Hash == hash);
}

public sealed record Rejection
{
    /// <summary>Null: the record was lost while the content could not be formed, so the rejected content is unknown.</summary>
    public string? Hash { get; set; }
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
}
