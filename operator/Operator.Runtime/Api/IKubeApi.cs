using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>
/// The only gateway to the API server. An error answer of the server is a <see cref="KubeApiException"/>, a failed connection
/// is an <see cref="HttpRequestException"/>, and a call that exceeds its timeout is a <see cref="TimeoutException"/>. After the
/// last two, the server may have executed a write. Safe for concurrent use.
/// </summary>
public interface IKubeApi
{
    /// <summary>Reads the object from the server, not from a cache; null when the server says that it does not exist.</summary>
    Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct);

    Task<KubeObject> CreateAsync(ResourceType type, string ns, ReadOnlyMemory<byte> json, CancellationToken ct);

    /// <summary>Replaces the object; the JSON contains the resourceVersion that was read.</summary>
    Task<KubeObject> ReplaceAsync(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> json, CancellationToken ct);

    /// <summary>
    /// Applies a JSON merge patch to the status subresource. With a resourceVersion in the patch, any other version of the object is a
    /// conflict.
    /// </summary>
    Task<KubeObject> PatchStatusAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    );

    /// <summary>Deletes the object if it matches the preconditions of the options.</summary>
    Task<Deletion> DeleteAsync(ResourceType type, ObjectKey key, DeleteOptions options, CancellationToken ct);

    /// <summary>Reads one page. All namespaces when <paramref name="ns"/> is null.</summary>
    Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct);

    /// <summary>Returns events after a resourceVersion, until the server ends the stream or the connection breaks.</summary>
    IAsyncEnumerable<WatchEvent> WatchAsync(ResourceType type, string? ns, WatchOptions options, CancellationToken ct);

    /// <summary>The server's clock compared with our clock, from the last answer; null before the first answer.</summary>
    ServerClock? Clock { get; }
}

public static class KubeApiCalls
{
    /// <summary>Deletes the object if it has this UID (null: any UID), with the object's own grace period.</summary>
    public static Task<Deletion> DeleteAsync(
        this IKubeApi api,
        ResourceType type,
        ObjectKey key,
        string? uid,
        CancellationToken ct
    ) => api.DeleteAsync(type, key, new DeleteOptions { Uid = uid }, ct);

    /// <summary>Lists only the metadata of all objects that the label selector matches (null: all objects), in pages.</summary>
    public static async IAsyncEnumerable<KubeObject> ListMetadataAsync(
        this IKubeApi api,
        ResourceType type,
        string? ns,
        string? selector,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        string? next = null;
        do
        {
            var query = new ListOptions
            {
                LabelSelector = selector,
                Limit = 500,
                Continue = next,
                MetadataOnly = true,
            };
            var page = await api.ListAsync(type, ns, query, ct);
            foreach (var item in page.Items)
            {
                yield return new KubeObject(item);
            }
            next = page.Continue;
        } while (next is not null);
    }
}

public enum Deletion
{
    /// <summary>The server accepted the deletion. An object with a grace period exists until the period ends.</summary>
    Deleted,
    AlreadyGone,

    /// <summary>The object with this name has another UID or another resourceVersion than requested.</summary>
    OtherUid,
}

public sealed record DeleteOptions
{
    /// <summary>Deletes only the object with this UID; null: any object with the name.</summary>
    public string? Uid { get; init; }

    /// <summary>Deletes only this version of the object; null: any version. Ignored without <see cref="Uid"/>.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Grace period in whole seconds; zero: delete at once; null: the object's own grace period.</summary>
    public TimeSpan? Grace { get; init; }
}

public sealed record ListOptions
{
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>Page size; 0 asks for all objects in one page.</summary>
    public int Limit { get; init; }
    public string? Continue { get; init; }

    /// <summary>Null: the newest state. "0": any state in the server's cache, which may be old.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Asks only for the metadata of the objects. Default false.</summary>
    public bool MetadataOnly { get; init; }
}

/// <summary>One page of a list. <see cref="Continue"/> is null on the last page.</summary>
public sealed record ListPage(ImmutableArray<JsonElement> Items, string? Continue, string ResourceVersion);

public sealed record WatchOptions
{
    public string? LabelSelector { get; init; }

    /// <summary>The watch sends the events after this version. Empty: the server chooses where to begin.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>
    /// Asks for an ADDED event for every existing object first, then a bookmark with <see cref="InitialEventsEnd"/>. A server
    /// without this feature refuses the request, or ignores this option and never sends that bookmark. Default false.
    /// </summary>
    public bool SendInitialEvents { get; init; }

    /// <summary>Asks for bookmarks: events that contain only the server's current resourceVersion. Default true.</summary>
    public bool AllowBookmarks { get; init; } = true;

    /// <summary>The server ends the stream after this long. Default 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The annotation of the bookmark after the last initial event; its value is <c>"true"</c>.</summary>
    public const string InitialEventsEnd = "k8s.io/initial-events-end";
}

public enum WatchKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

/// <summary>
/// One event. <paramref name="Item"/> is the object; for a bookmark it has only a resourceVersion; for an error it is a Status.
/// </summary>
public sealed record WatchEvent(WatchKind Kind, JsonElement Item);

/// <summary>
/// The server's time and our time (<paramref name="Ours"/>) at the same instant, and this instant as a timestamp, which no change of
/// our clock moves. The server sends whole seconds.
/// </summary>
public sealed record ServerClock(DateTimeOffset Server, DateTimeOffset Ours, long Timestamp)
{
    /// <summary>How far our clock was ahead, less half a second for the server's rounding to whole seconds.</summary>
    public TimeSpan Skew => Ours - Server - TimeSpan.FromMilliseconds(500);

    /// <summary>How far our clock is ahead now. It shows a jump of our clock since the server's last answer.</summary>
    public TimeSpan SkewNow(TimeProvider time) => Skew + (time.GetUtcNow() - Ours) - time.GetElapsedTime(Timestamp);

    /// <summary>Converts an instant of our clock to the server's clock.</summary>
    public DateTimeOffset At(DateTimeOffset ours) => Server + (ours - Ours);
}
