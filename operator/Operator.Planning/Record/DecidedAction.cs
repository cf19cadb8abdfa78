namespace Operator.Planning.Record;

/// <summary>The final state of an action. An action is decided once.</summary>
public enum ActionState
{
    Applied,

    /// <summary>The action is invalid or impossible.</summary>
    Rejected,

    /// <summary>The action came too late, or an equal action with another UID was applied before.</summary>
    Expired,
}

/// <summary>The decision about one action.</summary>
public sealed record DecidedAction
{
    public string Kind { get; set; } = "";
    public string Name { get; set; } = "";

    /// <summary>Hash of kind, name and spec.</summary>
    public string Token { get; set; } = "";
    public string Uid { get; set; } = "";

    /// <summary>When the object was created, by the API server's clock.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the action was decided.</summary>
    public DateTimeOffset At { get; set; }
    public ActionState State { get; set; }
    public string Message { get; set; } = "";

    /// <summary>When an equal action with another UID was last seen; null: never.</summary>
    public DateTimeOffset? SeenAgainAt { get; set; }

    internal DateTimeOffset LastSeenAt => SeenAgainAt ?? At;
}
