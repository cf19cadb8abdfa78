using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>
/// Slots in a row in which most runs of a revision failed. One cause for all stores is likely, so nobody is isolated. After the
/// third such slot one failed run is split in each slot all the same, to find out whether single stores are the cause.
/// </summary>
public sealed record GeneralFailure
{
    public string Revision { get; set; } = "";
    public int InARow { get; set; }

    /// <summary>The stores that run in small groups in the next slot; empty: none.</summary>
    public ImmutableArray<string> Split { get; set; } = [];

    /// <summary>The most stores of one group of <see cref="Split"/>.</summary>
    public int Size { get; set; }

    /// <summary>How often every failed run has had its turn. Each round halves the groups once more.</summary>
    public int Round { get; set; }
}
