using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>Which entry of which record a pod runs.</summary>
public sealed record Fingerprint
{
    public string Record { get; set; } = "";
    public string Flow { get; set; } = "";
    public string Occasion { get; set; } = "";
    public int Index { get; set; }
    public string Revision { get; set; } = "";
    public ImmutableArray<string> Stores { get; set; } = [];
}
