using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>How a new revision of a connector may spread: a policy under which every new revision is one attempt. Short name <c>syr</c>.</summary>
public sealed record SyncRollout
{
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;
    public string Kind { get; set; } = ApiGroup.RolloutKind;
    public ObjectMeta Metadata { get; set; } = new();
    public RolloutSpec Spec { get; set; } = new();
    public RolloutStatus Status { get; set; } = new();
}

/// <summary>What happens when the evidence convicts the candidate.</summary>
[JsonConverter(typeof(LenientEnumConverter<FailurePolicy>))]
public enum FailurePolicy
{
    Unknown,

    /// <summary>Every store goes back to stable and the revision is rejected.</summary>
    Rollback,

    /// <summary>The cohort stays as it is and does not grow, until the content changes.</summary>
    Pause,
}

public sealed record RolloutSpec
{
    /// <summary>One rollout per connector; of two the older wins.</summary>
    public LocalObjectReference ConnectorRef { get; set; } = new();

    /// <summary>1 to 20 steps that never shrink.</summary>
    public ImmutableArray<RolloutStep> Steps { get; set; } = [];

    public EvidenceMinima Evidence { get; set; } = new();

    public AnalysisLimits Analysis { get; set; } = new();

    /// <summary>Default Rollback.</summary>
    public FailurePolicy OnFailure { get; set; } = FailurePolicy.Rollback;
}

public sealed record RolloutStep
{
    /// <summary>A share (above 0%, at most 100%) or a number (at least 1) of the active stores.</summary>
    public StoreShare Stores { get; set; } = new("");

    /// <summary>Counted in rounds that were really observed. Default 0s.</summary>
    public Duration MinDuration { get; set; } = new("0s");
}

/// <summary>What a step needs, of each flow, before anything is decided.</summary>
public sealed record EvidenceMinima
{
    /// <summary>Ended candidate runs. At least 1, default 10.</summary>
    public int MinRuns { get; set; } = 10;

    /// <summary>Reported items. Default 200; not asked of a flow that never reported.</summary>
    public int MinItems { get; set; } = 200;

    /// <summary>Stores seen on the candidate; never more is asked than the cohort has. Default 2.</summary>
    public int MinStores { get; set; } = 2;
}

public sealed record AnalysisLimits
{
    /// <summary>Highest share of failed items, and of candidate runs that ended badly. Default 2%.</summary>
    public Percent MaxErrorRate { get; set; } = new("2%");
}
