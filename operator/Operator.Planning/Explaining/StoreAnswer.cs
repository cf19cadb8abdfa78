using System.Collections.Immutable;

namespace Operator.Planning.Explaining;

public sealed record StoreAnswer
{
    public string Store { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Connector { get; init; } = "";

    /// <summary>Sentences: what holds all of the store's runs now, and problems of the connector.</summary>
    public ImmutableArray<string> Now { get; init; } = [];
    public ImmutableArray<FlowAnswer> Flows { get; init; } = [];

    /// <summary>
    /// A requested slot was due and not synced, an answer is unknown, a flow is stale, or something holds the store now.
    /// </summary>
    public bool HasFindings =>
        !Now.IsEmpty
        || Flows.Any(f =>
            f.IsStale || f.Unknown is not null || f.Slots.Any(s => s is { IsDue: true, IsSynced: false })
        );
}

public sealed record FlowAnswer
{
    public string Flow { get; init; } = "";

    /// <summary>The requested occasions that are over, oldest first.</summary>
    public ImmutableArray<SlotAnswer> Slots { get; init; } = [];

    /// <summary>The part of the question that the record cannot answer, and where to look; null: all is known.</summary>
    public string? Unknown { get; init; }

    /// <summary>Sentences about now: live runs, what the store waits for, the next due time.</summary>
    public ImmutableArray<string> Now { get; init; } = [];

    /// <summary>
    /// The due time of the newest sync without a failed item that left nothing more to do; null when none is known.
    /// </summary>
    public DateTimeOffset? LastOkSlot { get; init; }

    /// <summary>Nothing of the store was synced on the last three closed due times of this flow.</summary>
    public bool IsStale { get; init; }
}

/// <summary>The outcome of the store on one occasion.</summary>
public sealed record SlotAnswer
{
    public DateTimeOffset Slot { get; init; }
    public string Occasion { get; init; } = "";

    /// <summary>One CamelCase word.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>False when the store was suspended, not listed or not requested.</summary>
    public bool IsDue { get; init; }
    public bool IsSynced { get; init; }
    public string Why { get; init; } = "";

    /// <summary>What to do; null: nothing.</summary>
    public string? Remedy { get; init; }

    /// <summary>The last pod that ran the store; null once the record no longer knows it.</summary>
    public string? Pod { get; init; }
}
