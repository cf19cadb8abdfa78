using System.Collections.Immutable;

namespace Operator.Api;

/// <summary>
/// In which order stores get the candidate: <see cref="First"/>, the others, <see cref="Last"/>. Acts on the next attempt, because the order of
/// a running one is fixed.
/// </summary>
public sealed record RolloutCohort
{
    /// <summary>Stores that get the candidate before all others, in this order. At most 250.</summary>
    public ImmutableArray<string> First { get; set; } = [];

    /// <summary>Stores that get the candidate after all others, in this order. At most 250; none of <see cref="First"/>.</summary>
    public ImmutableArray<string> Last { get; set; } = [];

    /// <summary>Names of store labels: each step has its share of the stores of each value. At most 5.</summary>
    public ImmutableArray<string> Strata { get; set; } = [];
}
