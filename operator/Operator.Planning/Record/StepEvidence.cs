using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>Sums over ended candidate runs of one stage of one attempt.</summary>
public sealed record StepEvidence
{
    public int Attempt { get; set; }
    public int Stage { get; set; }

    /// <summary>Ended runs with result Succeeded or Failed.</summary>
    public int Runs { get; set; }
    public int BadRuns { get; set; }

    /// <summary>Distinct reported stores, sorted.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];
    public long ItemsOk { get; set; }
    public long ItemsFailed { get; set; }
    public long ItemsThrottled { get; set; }

    /// <summary>Failed items / counted items, from 0 to 1; 0 when no item was counted.</summary>
    public decimal ItemErrorRate => ItemsOk + ItemsFailed == 0 ? 0 : (decimal)ItemsFailed / (ItemsOk + ItemsFailed);

    public decimal RunErrorRate => Runs == 0 ? 0 : (decimal)BadRuns / Runs;

    /// <summary>Returns this evidence when it belongs to the attempt and stage, else empty evidence.</summary>
    public StepEvidence For(int attempt, int stage) =>
        Attempt == attempt && Stage == stage ? this : new StepEvidence { Attempt = attempt, Stage = stage };
}
