using System.Collections.Immutable;

namespace Operator.Planning;

/// <summary>What people did by actions: what was decided about each, and what they suspend.</summary>
public sealed record ActionBook
{
    /// <summary>What was decided about each action, oldest first; for 210 days, and at most 1,000.</summary>
    public ImmutableArray<DecidedAction> Decided { get; set; } = [];

    /// <summary>When the newest action that was forgotten had been made: of what is as old, nothing is known any more.</summary>
    public DateTimeOffset? ForgottenUpTo { get; set; }

    /// <summary>What is suspended, and what lets parts of it go on, oldest first.</summary>
    public ImmutableArray<SuspensionOrder> Orders { get; set; } = [];

    internal bool IsEmpty => Decided.IsEmpty && Orders.IsEmpty && ForgottenUpTo is null;
}

/// <summary>How an action ended. It is decided once.</summary>
public enum ActionState
{
    Applied,

    /// <summary>It can't be done.</summary>
    Rejected,

    /// <summary>It comes too late, or was done before under another UID.</summary>
    Expired,
}

/// <summary>One action that was decided.</summary>
public sealed record DecidedAction
{
    public string Kind { get; set; } = "";
    public string Name { get; set; } = "";

    /// <summary>Of kind, name and spec.</summary>
    public string Token { get; set; } = "";
    public string Uid { get; set; } = "";

    /// <summary>When the object was made, by the API server's clock.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was decided.</summary>
    public DateTimeOffset At { get; set; }
    public ActionState State { get; set; }
    public string Message { get; set; } = "";

    /// <summary>When the same was last asked for by another object; null: never.</summary>
    public DateTimeOffset? SeenAgainAt { get; set; }

    internal DateTimeOffset LastSeenAt => SeenAgainAt ?? At;
}

/// <summary>Flows and stores that an action suspended, or that it let go on.</summary>
public sealed record SuspensionOrder
{
    /// <summary>It ends what earlier ones suspend of its flows and stores, instead of suspending.</summary>
    public bool IsLift { get; set; }

    /// <summary>Empty: all flows.</summary>
    public string Flow { get; set; } = "";

    /// <summary>Empty: all stores.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];
    public DateTimeOffset At { get; set; }

    /// <summary>When it ends, or ended; null: when somebody lifts it.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>The SyncAction's name.</summary>
    public string Action { get; set; } = "";
    public string Reason { get; set; } = "";

    /// <summary>All flows and stores of the other are among its own.</summary>
    public bool Covers(SuspensionOrder other) =>
        HasFlow(other.Flow)
        && (
            Stores.IsEmpty
            || (!other.Stores.IsEmpty && other.Stores.All(s => Stores.Contains(s, StringComparer.Ordinal)))
        );

    /// <summary>Some flow and store are of both.</summary>
    public bool Overlaps(SuspensionOrder other) =>
        (HasFlow(other.Flow) || other.HasFlow(Flow))
        && (Stores.IsEmpty || other.Stores.IsEmpty || other.Stores.Intersect(Stores, StringComparer.Ordinal).Any());

    public bool HasFlow(string flow) => Flow.Length == 0 || string.Equals(Flow, flow, StringComparison.Ordinal);
}
