using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>
/// The wrong parts of a spec. Each stands still by itself and its due times count as missed; what does not depend on it goes on with
/// the present spec. See decision 0049.
/// </summary>
public sealed record WrongParts
{
    private static readonly ImmutableSortedDictionary<string, string> Nothing = ImmutableSortedDictionary.Create<
        string,
        string
    >(StringComparer.Ordinal);

    public static WrongParts None { get; } = new();

    /// <summary>What is wrong with each flow that stands still, by name. A flow also stands still for a wrong quota of its API.</summary>
    public ImmutableSortedDictionary<string, string> Flows { get; init; } = Nothing;

    /// <summary>What is wrong with each store that stands still, by name.</summary>
    public ImmutableSortedDictionary<string, string> Stores { get; init; } = Nothing;

    /// <summary>
    /// What is wrong with the content of a revision: with the sync pod, or with a flow's parameters. New content waits then, and stores
    /// go on with their revisions. Null: nothing.
    /// </summary>
    public string? Content { get; init; }

    /// <summary>The problems of flows, stores and quotas in the order of the spec, each once.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];
}
