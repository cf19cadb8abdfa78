using System.Collections.Immutable;

namespace Operator.Planning.Explaining;

public sealed record StoreAnswer
{
    public string Store { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Connector { get; init; } = "";

    /// <summary>What keeps all of the store's runs now, and the connector's trouble: sentences.</summary>
    public ImmutableArray<string> Now { get; init; } = [];
    public ImmutableArray<FlowAnswer> Flows { get; init; } = [];

    /// <summary>Something of what was asked was due and not synced, or is not known, or keeps the store now.</summary>
    public bool HasFindings =>
        !Now.IsEmpty
        || Flows.Any(f =>
            f.IsStale || f.Unknown is not null || f.Slots.Any(s => s is { IsDue: true, IsSynced: false })
        );
}

public sealed record FlowAnswer
{
    public string Flow { get; init; } = "";

    /// <summary>The occasions in question that are over, oldest first.</summary>
    public ImmutableArray<SlotAnswer> Slots { get; init; } = [];

    /// <summary>What was asked and is not known, and where to look; null: all is known.</summary>
    public string? Unknown { get; init; }

    /// <summary>What is so now: what runs, what is waited for, what is next. Sentences.</summary>
    public ImmutableArray<string> Now { get; init; } = [];

    /// <summary>The due time of the newest sync without a failed item.</summary>
    public DateTimeOffset? LastOkSlot { get; init; }

    /// <summary>Nothing of it was synced on the last three due times that are over.</summary>
    public bool IsStale { get; init; }
}

/// <summary>What became of the store on one occasion.</summary>
public sealed record SlotAnswer
{
    public DateTimeOffset Slot { get; init; }
    public string Occasion { get; init; } = "";

    /// <summary>One CamelCase word.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>False where the store was suspended, not listed or not meant.</summary>
    public bool IsDue { get; init; }
    public bool IsSynced { get; init; }
    public string Why { get; init; } = "";

    /// <summary>What to do about it; null: nothing.</summary>
    public string? Remedy { get; init; }

    /// <summary>The last pod that held the store, while the record knows it.</summary>
    public string? Pod { get; init; }
}
