namespace Operator.Testing;

/// <summary>How a running watch is ended from outside.</summary>
public enum WatchEnd
{
    /// <summary>The server ends the stream in good order, as at its timeout.</summary>
    Closed,

    /// <summary>The connection breaks: the reader gets an <see cref="IOException"/>.</summary>
    Broken,

    /// <summary>An ERROR event with code 410, then the end.</summary>
    Expired,

    /// <summary>An ERROR event with code 500, then the end.</summary>
    Failed,

    /// <summary>Nothing arrives any more, and nobody says so.</summary>
    Silent,
}

/// <summary>How far a client's watches are behind.</summary>
internal sealed class WatchConditions
{
    /// <summary>Events arrive this much after their change.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Readers that may go on: also those of streams that have ended and still have something to tell.</summary>
    public Action? Changed { get; set; }

    /// <summary>The client is gone.</summary>
    public bool IsDead { get; set; }

    /// <summary>Events wait until this is over.</summary>
    public bool IsFrozen { get; set; }
}

/// <summary>What a watch asks for.</summary>
internal sealed record WatchQuery
{
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public string? ResourceVersion { get; init; }
    public bool AllowBookmarks { get; init; }
    public TimeSpan? Timeout { get; init; }
    public bool SendInitialEvents { get; init; }
}
