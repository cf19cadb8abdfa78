using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>The connector's revisions and which of them is stable.</summary>
public sealed record RevisionBook
{
    public ImmutableArray<Revision> Items { get; set; } = [];
    public string? StableHash { get; set; }

    /// <summary>Stable has had a successful run; until then new content replaces it at once.</summary>
    public bool StableIsProven { get; set; }

    /// <summary>The hashes that were stable before, newest last; content among the last three goes back to all stores at once.</summary>
    public ImmutableArray<string> FormerStables { get; set; } = [];

    /// <summary>Content that was convicted; it starts no attempt until the content changes.</summary>
    public Rejection? Rejected { get; set; }

    /// <summary>The record was lost and no stable survived: nothing may be planned until the spec is adopted.</summary>
    public bool IsWithoutTruth { get; set; }

    public Revision? Find(string? hash) => Items.FirstOrDefault(r => r.Hash == hash);
}

public sealed record Rejection
{
    public string Hash { get; set; } = "";
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
}
