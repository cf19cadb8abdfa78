namespace Operator.Testing;

/// <summary>How a <see cref="FakeCluster"/> behaves where real ones differ, or take their time.</summary>
public sealed record FakeClusterOptions
{
    /// <summary>Of UIDs and generated names. The same seed and the same calls give the same cluster.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A creation in a namespace that is not there makes it. Real clusters refuse with 404. Default true.</summary>
    public bool CreatesNamespaces { get; init; } = true;

    /// <summary>From the last owner's end to the dependants' deletion. Default 2 s.</summary>
    public TimeSpan GarbageCollectionDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From a namespace's deletion to that of its content. Default 2 s.</summary>
    public TimeSpan NamespaceDeletionDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Between the bookmarks of a watch. Another comes 2 s before its timeout. There is none while no object of the kind has
    /// changed since the watch began. Default 1 min.
    /// </summary>
    public TimeSpan BookmarkPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Changes of a kind that are kept at least, for watches and pages of the past. Default 2,000.</summary>
    public int HistoryLimit { get; init; } = 2000;
}

/// <summary>How the server takes <c>sendInitialEvents</c>.</summary>
public enum StreamingLists
{
    /// <summary>As Kubernetes 1.32 with a new etcd.</summary>
    Served,

    /// <summary>
    /// An ERROR event with code 500, as a new Kubernetes on an etcd that can't tell its progress; so are watches with bookmarks
    /// that name no resourceVersion.
    /// </summary>
    EtcdTooOld,

    /// <summary>422 Invalid, as servers that know nothing of it.</summary>
    Unknown,
}

/// <summary>How the server says that a watch's resourceVersion is too old.</summary>
public enum ExpiredWatches
{
    /// <summary>200, and an ERROR event with code 410: what the watch cache does.</summary>
    ErrorEvent,

    /// <summary>The status 410.</summary>
    HttpStatus,
}
