namespace Operator.Runtime;

/// <summary>What to cache: one kind, perhaps of one namespace, perhaps only what carries a label.</summary>
public sealed record InformerOptions
{
    public required ResourceType Type { get; init; }

    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }

    /// <summary>Objects a page of a list. Default 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Lists by a watch with initial events, where the server can; it costs the server less. Default true.</summary>
    public bool StreamsLists { get; init; } = true;

    /// <summary>The server is asked to end a watch after this long, give or take a tenth. Default 5 min.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A watch that outlives its timeout by this much is taken for dead. Default 30 s. Silence alone proves nothing: where
    /// nothing at all changes, servers send no bookmarks either.
    /// </summary>
    public TimeSpan Overtime { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// One object of the cache changed. For a deletion <see cref="Before"/> is the last state, as the DELETED event told it; both
/// are null when an object went that could never be decoded.
/// </summary>
public sealed record ObjectChange<T>(ObjectKey Key, T? Before, T? After)
    where T : class
{
    /// <summary>Found by comparing with a list, together with perhaps thousands of others.</summary>
    public bool IsFromList { get; init; }

    /// <summary>Where a queue should put it.</summary>
    public Lane Lane => IsFromList ? Lane.Routine : Lane.Fresh;
}
