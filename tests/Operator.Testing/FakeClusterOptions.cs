namespace Operator.Testing;

/// <summary>Delays of a <see cref="FakeCluster"/>, and behaviour in which real clusters differ.</summary>
public sealed record FakeClusterOptions
{
    /// <summary>The seed of UIDs and generated names. The same seed and the same calls give the same cluster.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A creation in a missing namespace creates the namespace. Real clusters answer 404. Default true.</summary>
    public bool CreatesNamespaces { get; init; } = true;

    /// <summary>Time from the removal of the last owner to the deletion of its dependants. Default 2 s.</summary>
    public TimeSpan GarbageCollectionDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time from the deletion of a namespace to the deletion of its content. Default 2 s.</summary>
    public TimeSpan NamespaceDeletionDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time between the bookmarks of a watch. One more bookmark comes 2 s before the watch's timeout. A watch gets no bookmark
    /// until an object of its kind changes. Default 1 min.
    /// </summary>
    public TimeSpan BookmarkPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The minimum number of changes of a kind that the server keeps for watches and older pages. Default 2,000.</summary>
    public int HistoryLimit { get; init; } = 2000;
}

/// <summary>How the server handles <c>sendInitialEvents</c>.</summary>
public enum StreamingLists
{
    /// <summary>The server sends the initial events, as Kubernetes 1.32 with a new etcd does.</summary>
    Served,

    /// <summary>
    /// An ERROR event with code 500, as from a new Kubernetes with an etcd that cannot report progress. Watches with bookmarks
    /// and without a resourceVersion get the same event.
    /// </summary>
    EtcdTooOld,

    /// <summary>422 Invalid, as from servers that do not know the option.</summary>
    Unknown,
}

/// <summary>How the server refuses a watch from an expired resourceVersion.</summary>
public enum ExpiredWatches
{
    /// <summary>Status 200 and an ERROR event with code 410, as the watch cache does.</summary>
    ErrorEvent,

    /// <summary>HTTP status 410.</summary>
    HttpStatus,
}
