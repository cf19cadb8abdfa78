using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// Stops or starts work at once without a change in Git. An action is applied once, and the object stays to show who asked
/// for what. Short name <c>sya</c>.
/// </summary>
public sealed record SyncAction
{
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;
    public string Kind { get; set; } = ApiGroup.ActionKind;
    public ObjectMeta Metadata { get; set; } = new();
    public ActionSpec Spec { get; set; } = new();
    public ActionStatus Status { get; set; } = new();

    /// <summary>See <see cref="StatusesAsRead"/>; null: as <see cref="Status"/> is written. Not part of the JSON.</summary>
    internal JsonElement? StatusAsRead { get; init; }

    /// <summary>
    /// Fields of the object that the kind does not have, as <see cref="Api.UnknownFields.NoteIn"/> found them: a misspelt <c>stores</c>
    /// would mean every store. Not part of the JSON.
    /// </summary>
    internal ImmutableArray<Finding> UnknownFields { get; init; } = [];
}

/// <summary>The kind of action.</summary>
[JsonConverter(typeof(LenientEnumConverter<ActionVerb>))]
public enum ActionVerb
{
    Unknown,

    /// <summary>Each store runs once, as soon as there is room.</summary>
    RunNow,

    /// <summary>No new run starts; live runs end by themselves.</summary>
    Suspend,

    /// <summary>Lifts suspensions by actions.</summary>
    Unsuspend,
}

/// <summary>The kinds that an action can target.</summary>
[JsonConverter(typeof(LenientEnumConverter<ActionTargetKind>))]
public enum ActionTargetKind
{
    Unknown,
    MarketplaceConnector,
}

public sealed record ActionSpec
{
    /// <summary>As written; default: left out.</summary>
    private ImmutableArray<string> _stores;

    /// <summary>Required.</summary>
    public ActionTarget TargetRef { get; set; } = new();

    /// <summary>Required.</summary>
    public ActionVerb Action { get; set; }

    /// <summary>The flow that the action targets. Default: all flows.</summary>
    public string Flow { get; set; } = "";

    /// <summary>
    /// The stores that the action targets, at most 250. Default: all stores. A list that is written out has at least one, because an
    /// empty one, or null, may be a mistake that means the opposite.
    /// </summary>
    [JsonConverter(typeof(WrittenListConverter))]
    public ImmutableArray<string> Stores
    {
        get => _stores.IsDefault ? [] : _stores;
        set => _stores = value;
    }

    /// <summary>The list of stores is written out, but empty or null.</summary>
    internal bool NamesNoStore => !_stores.IsDefault && _stores.IsEmpty;

    /// <summary>With RunNow: workers redo the work since this instant. Default: they redo nothing.</summary>
    public Instant Since { get; set; } = new("");

    /// <summary>With Suspend: when the suspension ends. Default: at an Unsuspend only.</summary>
    public Instant Until { get; set; } = new("");

    /// <summary>The reason, for people; at most 256 characters.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>An object in the same namespace.</summary>
public sealed record ActionTarget
{
    public ActionTargetKind Kind { get; set; }
    public string Name { get; set; } = "";
}

/// <summary>A copy of the record; never read back for a decision.</summary>
public sealed record ActionStatus
{
    /// <summary>-1 until the operator first handles the object, so that a new object never looks finished.</summary>
    public long ObservedGeneration { get; set; } = -1;

    /// <summary>Applied, Rejected or Expired; null while the action waits.</summary>
    public string? State { get; set; }

    /// <summary>When the state was decided; null while the action waits.</summary>
    public DateTimeOffset? At { get; set; }

    /// <summary>What was done, or why nothing was done.</summary>
    public string? Message { get; set; }
    public ImmutableArray<Condition> Conditions { get; set; } = [];
}
