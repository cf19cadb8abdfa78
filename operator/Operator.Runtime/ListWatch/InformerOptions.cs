namespace Operator.Runtime;

/// <summary>The objects to cache: one kind, optionally of one namespace, optionally with a label selector.</summary>
public sealed record InformerOptions
{
    public required ResourceType Type { get; init; }

    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }

    /// <summary>Objects per list page. Default 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Lists by a watch with initial events if the server supports it; this costs the server less. Default true.</summary>
    public bool StreamsLists { get; init; } = true;

    /// <summary>The server is asked to end a watch after this time, ±10 % at random. Default 5 min.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A watch that exceeds its timeout by this time counts as broken. Default 30 s. A watch without events is not a sign of a
    /// fault: if no object changes, servers may send no bookmarks either.
    /// </summary>
    public TimeSpan Overtime { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// One object of the cache changed. For a deletion, <see cref="After"/> is null and <see cref="Before"/> is the last known state.
/// Both are null when a deleted object could never be decoded.
/// </summary>
public sealed record ObjectChange<T>(ObjectKey Key, T? Before, T? After)
    where T : class
{
    /// <summary>The change comes from a new list, which may contain thousands of changes.</summary>
    public bool IsFromList { get; init; }

    /// <summary>The queue lane for this change.</summary>
    public Lane Lane => IsFromList ? Lane.Routine : Lane.Fresh;
}
