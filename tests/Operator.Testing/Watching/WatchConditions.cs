namespace Operator.Testing;

/// <summary>How a running watch ends.</summary>
public enum WatchEnd
{
    /// <summary>The server ends the stream normally, as after the watch's timeout.</summary>
    Closed,

    /// <summary>The connection breaks: the reader gets an <see cref="IOException"/>.</summary>
    Broken,

    /// <summary>An ERROR event with code 410, then the end.</summary>
    Expired,

    /// <summary>An ERROR event with code 500, then the end.</summary>
    Failed,

    /// <summary>No more events arrive, and the reader gets no error.</summary>
    Silent,
}

/// <summary>The delays and faults of one client's watches.</summary>
internal sealed class WatchConditions
{
    /// <summary>Time from a change to the arrival of its event.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Called when readers may continue. Readers of ended streams with unread events are included.</summary>
    public Action? Changed { get; set; }

    /// <summary>The client is gone.</summary>
    public bool IsDead { get; set; }

    /// <summary>While true, events wait.</summary>
    public bool IsFrozen { get; set; }
}

/// <summary>The options of a watch request.</summary>
internal sealed record WatchQuery
{
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public string? ResourceVersion { get; init; }
    public bool AllowBookmarks { get; init; }
    public TimeSpan? Timeout { get; init; }
    public bool SendInitialEvents { get; init; }
}
