using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// The policy by which new revisions of a connector spread over its stores; each new revision is one attempt. Short name
/// <c>syr</c>.
/// </summary>
public sealed record SyncRollout
{
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;
    public string Kind { get; set; } = ApiGroup.RolloutKind;
    public ObjectMeta Metadata { get; set; } = new();
    public RolloutSpec Spec { get; set; } = new();
    public RolloutStatus Status { get; set; } = new();

    /// <summary>See <see cref="StatusesAsRead"/>; null: as <see cref="Status"/> is written. Not part of the JSON.</summary>
    internal JsonElement? StatusAsRead { get; init; }
}

/// <summary>What happens when the verdict on the candidate is Fail.</summary>
[JsonConverter(typeof(LenientEnumConverter<FailurePolicy>))]
public enum FailurePolicy
{
    Unknown,

    /// <summary>Every store goes back to stable and the revision is rejected.</summary>
    Rollback,

    /// <summary>No more coins are flipped: all stores run stable, and the attempt waits until the content changes.</summary>
    Pause,
}

public sealed record RolloutSpec
{
    /// <summary>The connector. Of two rollouts for one connector the older wins.</summary>
    public LocalObjectReference ConnectorRef { get; set; } = new();

    /// <summary>1 to 20 steps; no step is smaller than the one before.</summary>
    public ImmutableArray<RolloutStep> Steps { get; set; } = [];

    public RolloutCohort Cohort { get; set; } = new();

    public EvidenceMinima Evidence { get; set; } = new();

    public AnalysisLimits Analysis { get; set; } = new();

    /// <summary>Default Rollback.</summary>
    public FailurePolicy OnFailure { get; set; } = FailurePolicy.Rollback;

    /// <summary>Default Drain. An edit acts at once, also on runs that an earlier rollback left.</summary>
    public InFlight InFlight { get; set; } = InFlight.Drain;

    public Deadlines Deadlines { get; set; } = new();

    /// <summary>The minima that hold in the step.</summary>
    public Minima MinimaOf(RolloutStep step) => Evidence.With(step.Evidence);
}

public sealed record RolloutStep
{
    /// <summary>A share (above 0%, at most 100%) or a number (at least 1) of the active stores.</summary>
    public StoreShare Stores { get; set; } = new("");

    /// <summary>The shortest time that the step lasts, counted in observed rounds. Default 0s.</summary>
    public Duration MinDuration { get; set; } = new("0s");

    /// <summary>Minima that hold in this step instead of the rollout's. Null: none.</summary>
    public StepMinima? Evidence { get; set; }
}
