namespace Operator.Planning.Record;

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
