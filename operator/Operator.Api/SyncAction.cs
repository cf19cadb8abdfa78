using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// By which a person stops or starts work at once, without touching what Git says. It is applied once, and stays as the record of
/// who asked for what. Short name <c>sya</c>.
/// </summary>
public sealed record SyncAction
{
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;
    public string Kind { get; set; } = ApiGroup.ActionKind;
    public ObjectMeta Metadata { get; set; } = new();
    public ActionSpec Spec { get; set; } = new();
    public ActionStatus Status { get; set; } = new();
}

/// <summary>What is done.</summary>
[JsonConverter(typeof(LenientEnumConverter<ActionVerb>))]
public enum ActionVerb
{
    Unknown,

    /// <summary>Each store runs once, as soon as there is room.</summary>
    RunNow,

    /// <summary>No new run is started; live runs end by themselves.</summary>
    Suspend,

    /// <summary>What actions suspended goes on.</summary>
    Unsuspend,
}

/// <summary>The kinds that an action can be about.</summary>
[JsonConverter(typeof(LenientEnumConverter<ActionTargetKind>))]
public enum ActionTargetKind
{
    Unknown,
    MarketplaceConnector,
}

public sealed record ActionSpec
{
    /// <summary>Required.</summary>
    public ActionTarget TargetRef { get; set; } = new();

    /// <summary>Required.</summary>
    public ActionVerb Action { get; set; }

    /// <summary>The flow that it is about. Default: all of them.</summary>
    public string Flow { get; set; } = "";

    /// <summary>The stores that it is about, at most 250. Default: all of them.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];

    /// <summary>With RunNow: workers are asked to do again what was due since then. Default: they go on where they were.</summary>
    public Instant Since { get; set; } = new("");

    /// <summary>With Suspend: it ends by itself then. Default: by an Unsuspend only.</summary>
    public Instant Until { get; set; } = new("");

    /// <summary>Why, for people; at most 256 characters.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>An object in the same namespace.</summary>
public sealed record ActionTarget
{
    public ActionTargetKind Kind { get; set; }
    public string Name { get; set; } = "";
}

/// <summary>A copy of what the record says; never read back for a decision.</summary>
public sealed record ActionStatus
{
    /// <summary>-1 until the object was first looked at, so that a fresh object never looks finished.</summary>
    public long ObservedGeneration { get; set; } = -1;

    /// <summary>Applied, Rejected or Expired; absent while it waits.</summary>
    public string? State { get; set; }

    /// <summary>When that was decided; absent while it waits.</summary>
    public DateTimeOffset? At { get; set; }

    /// <summary>What was done, or why nothing was.</summary>
    public string? Message { get; set; }
    public ImmutableArray<Condition> Conditions { get; set; } = [];
}
