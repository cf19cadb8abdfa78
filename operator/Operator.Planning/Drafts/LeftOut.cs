using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Drafts;

/// <summary>Stores that were due on a closed occasion and that no run contained. Empty: all active stores.</summary>
public sealed record LeftOut(string Flow, string Occasion, StoreOutcome Outcome, ImmutableArray<string> Stores)
{
    internal static LeftOut All(string flow, string occasion, StoreOutcome outcome) => new(flow, occasion, outcome, []);
}
