using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// The evidence that each judged flow needs before a step may pass, as the user wrote it. What is left out has a default that is not
/// written into the object, because only what the user wrote is refused when the schedule can't reach it.
/// </summary>
public sealed record EvidenceMinima
{
    /// <summary>Counted runs of each arm. 1 to 1000000; null: 10.</summary>
    public int? MinRuns { get; set; }

    /// <summary>
    /// Items that the candidate attempted. 0 to 1000000000; null: 50. Not required of a flow in which stable never reported.
    /// </summary>
    public int? MinItems { get; set; }

    /// <summary>Stores that runs of the candidate reached, at most the size of the cohort. 1 to 10000; null: 2.</summary>
    public int? MinStores { get; set; }

    /// <summary>The names of the flows that are judged. Empty: all. Acts on the next attempt.</summary>
    public ImmutableArray<string> Flows { get; set; } = [];

    /// <summary>The minima with what a step has of its own; null: none.</summary>
    public Minima With(StepMinima? step) =>
        new(
            step?.MinRuns ?? MinRuns ?? Minima.Default.Runs,
            step?.MinItems ?? MinItems ?? Minima.Default.Items,
            step?.MinStores ?? MinStores ?? Minima.Default.Stores
        );

    /// <summary>A flow of that name is judged.</summary>
    public bool Judges(string flow) => Flows.IsEmpty || Flows.Contains(flow, StringComparer.Ordinal);
}

/// <summary>The minima that a step has of its own; null: as the rollout's.</summary>
public sealed record StepMinima
{
    /// <summary>Counted runs of each arm. 1 to 1000000.</summary>
    public int? MinRuns { get; set; }

    /// <summary>Items that the candidate attempted. 0 to 1000000000.</summary>
    public int? MinItems { get; set; }

    /// <summary>Stores that runs of the candidate reached. 1 to 10000.</summary>
    public int? MinStores { get; set; }
}

/// <summary>The minima that hold in a step: runs of each arm, items and stores of the candidate. No part of the JSON.</summary>
public sealed record Minima(int Runs, int Items, int Stores)
{
    public static Minima Default { get; } = new(Runs: 10, Items: 50, Stores: 2);
}

/// <summary>How much worse than stable a candidate may be, and how sure a failure must be.</summary>
public sealed record AnalysisLimits
{
    /// <summary>The highest share of failed items, and of wholly failed runs, that passes without comparison. 0% to 100%, default 2%.</summary>
    public Percent MaxErrorRate { get; set; } = new("2%");

    /// <summary>By how much more than stable in the same stores the candidate may fail. 0% to 100%, default 50%.</summary>
    public Percent MaxIncrease { get; set; } = new("50%");

    /// <summary>How much less than stable in the same stores the candidate may do; as much more holds. 0% to 100%, default 50%.</summary>
    public Percent MaxVolumeDrop { get; set; } = new("50%");

    /// <summary>
    /// The share of attempts with two versions alike that may be failed by mistake. 0.1% to 10%, default 1%. Acts on the next attempt: to
    /// change it with the data in hand would break what it guarantees.
    /// </summary>
    public Percent FalseAbortRate { get; set; } = new("1%");

    /// <summary>
    /// The share of the cohort's runs that stay on stable. 0% (no control, no proof), or 10% to 90%; default 50%. Acts on the next coins,
    /// from or to 0% on the next attempt.
    /// </summary>
    public Percent Control { get; set; } = new("50%");

    /// <summary>Some of the cohort's runs stay on stable, so there is something to compare with.</summary>
    public bool HasControl() => !Control.TryGet(out var share) || share > 0;
}

/// <summary>What happens to the candidate's live runs when an attempt is rolled back.</summary>
[JsonConverter(typeof(LenientEnumConverter<InFlight>))]
public enum InFlight
{
    Unknown,

    /// <summary>They end by themselves, at the latest by their own timeout.</summary>
    Drain,

    /// <summary>They are deleted.</summary>
    Stop,
}

/// <summary>What happens when a step reaches its deadline without enough evidence.</summary>
[JsonConverter(typeof(LenientEnumConverter<OnDeadline>))]
public enum OnDeadline
{
    Unknown,

    /// <summary>The attempt goes on waiting, and says so.</summary>
    Hold,

    /// <summary>The attempt is rolled back.</summary>
    Rollback,
}

/// <summary>How long a step may wait.</summary>
public sealed record Deadlines
{
    /// <summary>
    /// For the evidence of a step. 1m to 8760h (a year); null: twice what the step's minima need by the schedule, or its minDuration, at least
    /// 24h and at most a year.
    /// </summary>
    public Duration? Evidence { get; set; }

    /// <summary>Default Hold.</summary>
    public OnDeadline OnDeadline { get; set; } = OnDeadline.Hold;
}
