using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>
/// The one gateway to the API server. Every failure that the server answers is a <see cref="KubeApiException"/>; a failed
/// connection is an <see cref="HttpRequestException"/>; a write that outlives its timeout is a <see cref="TimeoutException"/>.
/// Safe for concurrent use.
/// </summary>
public interface IKubeApi
{
    /// <summary>A live read; null when there is no such object.</summary>
    Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct);

    Task<KubeObject> CreateAsync(ResourceType type, string ns, ReadOnlyMemory<byte> json, CancellationToken ct);

    /// <summary>Replaces the object; the JSON carries the resourceVersion that it was read with.</summary>
    Task<KubeObject> ReplaceAsync(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> json, CancellationToken ct);

    /// <summary>Replaces the status subresource; the JSON carries the resourceVersion.</summary>
    Task<KubeObject> ReplaceStatusAsync(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> json, CancellationToken ct);

    /// <summary>Deletes the object if it still has that UID (null: whichever it is).</summary>
    Task<Deletion> DeleteAsync(ResourceType type, ObjectKey key, string? uid, CancellationToken ct);

    /// <summary>One page. All namespaces when <paramref name="ns"/> is null.</summary>
    Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct);

    /// <summary>Events from a resourceVersion on, until the server ends the stream or the connection breaks.</summary>
    IAsyncEnumerable<WatchEvent> WatchAsync(ResourceType type, string? ns, WatchOptions options, CancellationToken ct);

    /// <summary>The server's clock against ours, as of the last answer; null before the first.</summary>
    ServerClock? Clock { get; }
}

public enum Deletion
{
    Deleted,
    AlreadyGone,

    /// <summary>Another object has that name now.</summary>
    OtherUid,
}

public sealed record ListOptions
{
    public string? LabelSelector { get; init; }

    /// <summary>Page size; 0 asks for everything at once.</summary>
    public int Limit { get; init; }
    public string? Continue { get; init; }
}

public sealed record ListPage(ImmutableArray<JsonElement> Items, string? Continue, string ResourceVersion);

public sealed record WatchOptions
{
    public string? LabelSelector { get; init; }
    public string ResourceVersion { get; init; } = "";

    /// <summary>The server ends the stream after this long.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);
}

public enum WatchKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

public sealed record WatchEvent(WatchKind Kind, JsonElement Item);

/// <summary>What the server's clock said when ours said <paramref name="Ours"/>. The server tells whole seconds.</summary>
public sealed record ServerClock(DateTimeOffset Server, DateTimeOffset Ours)
{
    /// <summary>How far ours is ahead; the half second that the server's rounding hides is taken off.</summary>
    public TimeSpan Skew => Ours - Server - TimeSpan.FromMilliseconds(500);

    /// <summary>The server's time at one of our instants.</summary>
    public DateTimeOffset At(DateTimeOffset ours) => Server + (ours - Ours);
}
