using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>The record and the entry that a pod runs.</summary>
public sealed record Fingerprint
{
    public string Record { get; set; } = "";
    public string Flow { get; set; } = "";
    public string Occasion { get; set; } = "";
    public int Index { get; set; }
    public string Revision { get; set; } = "";
    public ImmutableArray<string> Stores { get; set; } = [];
}
