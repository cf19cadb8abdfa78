using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Telling;

namespace Operator.Planning;

/// <summary>What is to be done: commit, then change, then tell.</summary>
public sealed record Plan
{
    /// <summary>The record as it is now; to be committed first when <see cref="MustCommit"/>.</summary>
    public ConnectorRecord Record { get; init; } = new();
    public bool MustCommit { get; init; }
    public ImmutableArray<Change> Changes { get; init; } = [];
    public ConnectorStatus ConnectorStatus { get; init; } = new();

    /// <summary>Null when there is no rollout to tell it to.</summary>
    public RolloutStatus? RolloutStatus { get; init; }

    /// <summary>What actions are to be told; those that know already are not among them.</summary>
    public ImmutableArray<ToldAction> Actions { get; init; } = [];

    /// <summary>Actions that are to be removed: old ones.</summary>
    public ImmutableArray<SyncAction> OutdatedActions { get; init; } = [];
    public ImmutableArray<EventNote> Events { get; init; } = [];
    public ImmutableArray<RunEnded> Folded { get; init; } = [];
    public ImmutableArray<LeftOut> LeftOut { get; init; } = [];

    /// <summary>APIs in use whose versions will be removed.</summary>
    public ImmutableArray<SunsetUse> Sunsets { get; init; } = [];

    /// <summary>When something becomes due by time alone; null: only an event can change anything.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The connector can't be worked on until a user changes it.</summary>
    public bool IsStuck { get; init; }

    /// <summary>One sentence why.</summary>
    public string Because { get; init; } = "";
}
