using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Telling;

namespace Operator.Planning;

/// <summary>The result of planning, carried out in this order: commit the record, apply the changes, write statuses and events.</summary>
public sealed record Plan
{
    /// <summary>The new record. It is committed before anything else when <see cref="MustCommit"/> is true.</summary>
    public ConnectorRecord Record { get; init; } = new();
    public bool MustCommit { get; init; }

    /// <summary>
    /// The plan starts, widens or promotes an attempt, or gives all stores new content. It may be committed only when its connector,
    /// rollout and actions were read live.
    /// </summary>
    public bool Widens { get; init; }

    /// <summary>The plan would widen, but the live reads failed. It must be made anew soon.</summary>
    public bool IsHeldBack { get; init; }
    public ImmutableArray<Change> Changes { get; init; } = [];
    public ConnectorStatus ConnectorStatus { get; init; } = new();

    /// <summary>Status of the rollout; null when there is no rollout.</summary>
    public RolloutStatus? RolloutStatus { get; init; }

    /// <summary>New statuses of actions; actions with an up-to-date status are not included.</summary>
    public ImmutableArray<ToldAction> Actions { get; init; } = [];

    /// <summary>Old actions to delete.</summary>
    public ImmutableArray<SyncAction> OutdatedActions { get; init; } = [];
    public ImmutableArray<EventNote> Events { get; init; } = [];
    public ImmutableArray<RunEnded> Folded { get; init; } = [];
    public ImmutableArray<LeftOut> LeftOut { get; init; } = [];

    /// <summary>Used APIs that the marketplace will remove.</summary>
    public ImmutableArray<SunsetUse> Sunsets { get; init; } = [];

    /// <summary>When to plan again without an event; null: only an event can change the plan.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The connector has errors: nothing is planned until a user fixes them.</summary>
    public bool IsStuck { get; init; }

    /// <summary>Until when the operator counts as being in charge after the commit of this plan.</summary>
    public DateTimeOffset ClaimUntil { get; init; }

    /// <summary>
    /// Another operator is in charge: only <see cref="ConnectorStatus"/>, which tells this, may be written. Nothing is committed.
    /// </summary>
    public bool StandsBack { get; init; }

    /// <summary>The whole connector is suspended, by its spec or by actions.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>The decisions of this plan, in one sentence.</summary>
    public string Because { get; init; } = "";
}
