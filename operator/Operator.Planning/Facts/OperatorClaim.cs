namespace Operator.Planning.Facts;

/// <summary>
/// What the record's head says of the operator that committed it: its id, and until when it counts as being in charge.
/// </summary>
public sealed record OperatorClaim(string Operator, DateTimeOffset FreshUntil)
{
    /// <summary>The id of the operator from which that one takes over at once; empty: none.</summary>
    public string TakesOver { get; init; } = "";
}

/// <summary>The operator that plans: all replicas of one installation have one id.</summary>
/// <param name="Id">Unique among the operators of a cluster.</param>
/// <param name="TakesOver">The id of an operator from which this one takes over at once; empty: none.</param>
public sealed record OperatorInstance(string Id, string TakesOver);
