using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>The decisions about actions, and the suspensions that actions ordered.</summary>
public sealed record ActionBook
{
    /// <summary>The decision about each action, oldest first. Kept for 210 days, at most 1,000.</summary>
    public ImmutableArray<DecidedAction> Decided { get; set; } = [];

    /// <summary>Newest creation time among forgotten actions. The record knows no older action. Null: none was forgotten.</summary>
    public DateTimeOffset? ForgottenUpTo { get; set; }

    /// <summary>Orders that suspend and orders that lift suspensions, oldest first.</summary>
    public ImmutableArray<SuspensionOrder> Orders { get; set; } = [];

    /// <summary>Members that a newer version of the operator wrote; kept as they are. Null: none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Newer { get; set; }

    internal bool IsEmpty => Decided.IsEmpty && Orders.IsEmpty && ForgottenUpTo is null && Newer is null;
}
