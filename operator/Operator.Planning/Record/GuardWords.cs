using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>What workers of one flow said with <c>stop</c> in one step: a guard of their own has tripped.</summary>
public sealed record GuardWords
{
    /// <summary>Enough stores to remember: two prove it.</summary>
    public const int MostStores = 2;

    /// <summary>The first stores that a run of the candidate stopped.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];

    /// <summary>The worker's word about the first of them.</summary>
    public string Why { get; set; } = "";

    /// <summary>A run on stable has said it, too, in the cohort or outside: then it is not the candidate's.</summary>
    public bool IsOnStable { get; set; }

    /// <summary>After the candidate stopped the first store, a run on stable was there and did not stop.</summary>
    public bool IsRefutedByStable { get; set; }
}
