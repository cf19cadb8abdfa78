using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>Sums of candidate runs that ended within one stage of one attempt.</summary>
public sealed record StepEvidence
{
    public int Attempt { get; set; }
    public int Stage { get; set; }

    /// <summary>Runs that ended, Succeeded or Failed.</summary>
    public int Runs { get; set; }
    public int BadRuns { get; set; }

    /// <summary>Distinct stores reported, sorted.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];
    public long ItemsOk { get; set; }
    public long ItemsFailed { get; set; }
    public long ItemsThrottled { get; set; }

    /// <summary>Failed of all counted items; 0 when there are none.</summary>
    public decimal ItemErrorRate => ItemsOk + ItemsFailed == 0 ? 0 : (decimal)ItemsFailed / (ItemsOk + ItemsFailed);

    public decimal RunErrorRate => Runs == 0 ? 0 : (decimal)BadRuns / Runs;

    /// <summary>The sums of that attempt and stage: these when they are, else empty ones.</summary>
    public StepEvidence For(int attempt, int stage) =>
        Attempt == attempt && Stage == stage ? this : new StepEvidence { Attempt = attempt, Stage = stage };
}
