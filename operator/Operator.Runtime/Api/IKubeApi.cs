using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>
/// The one gateway to the API server. Every failure that the server answers is a <see cref="KubeApiException"/>; a failed
/// connection is an <see cref="HttpRequestException"/>; a call that outlives its timeout is a <see cref="TimeoutException"/>.
/// A write that failed in one of the latter two ways may have been done. Safe for concurrent use.
/// </summary>
public interface IKubeApi
{
    /// <summary>A live read; null when the server says that there is no such object.</summary>
    Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct);

    Task<KubeObject> CreateAsync(ResourceType type, string ns, ReadOnlyMemory<byte> json, CancellationToken ct);

    /// <summary>Replaces the object; the JSON carries the resourceVersion that it was read with.</summary>
    Task<KubeObject> ReplaceAsync(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> json, CancellationToken ct);

    /// <summary>Replaces the status subresource; the JSON carries the resourceVersion.</summary>
    Task<KubeObject> ReplaceStatusAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    );

    /// <summary>Deletes the object, if it is the one that the options mean.</summary>
    Task<Deletion> DeleteAsync(ResourceType type, ObjectKey key, DeleteOptions options, CancellationToken ct);

    /// <summary>One page. All namespaces when <paramref name="ns"/> is null.</summary>
    Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct);

    /// <summary>Events from a resourceVersion on, until the server ends the stream or the connection breaks.</summary>
    IAsyncEnumerable<WatchEvent> WatchAsync(ResourceType type, string? ns, WatchOptions options, CancellationToken ct);

    /// <summary>The server's clock against ours, as of the last answer; null before the first.</summary>
    ServerClock? Clock { get; }
}

public static class KubeApiCalls
{
    /// <summary>Deletes the object if it still has that UID (null: whichever it is), with its own grace period.</summary>
    public static Task<Deletion> DeleteAsync(
        this IKubeApi api,
        ResourceType type,
        ObjectKey key,
        string? uid,
        CancellationToken ct
    ) => api.DeleteAsync(type, key, new DeleteOptions { Uid = uid }, ct);

    /// <summary>Nothing but the metadata of all objects that the selector means (null: all), in pages.</summary>
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
    /// <summary>Gone, or on its way: what has a grace period still exists until it is over.</summary>
    Deleted,
    AlreadyGone,

    /// <summary>Another object has that name now, or it is in another state than the one that was meant.</summary>
    OtherUid,
}

public sealed record DeleteOptions
{
    /// <summary>Only the object with this UID; null: whichever has the name.</summary>
    public string? Uid { get; init; }

    /// <summary>Only in this state, beside the UID; null: in any.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>In place of the object's own grace period, in whole seconds. Zero: at once.</summary>
    public TimeSpan? Grace { get; init; }
}

public sealed record ListOptions
{
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>Page size; 0 asks for everything at once.</summary>
    public int Limit { get; init; }
    public string? Continue { get; init; }

    /// <summary>Null: the newest state. "0": whatever the server has at hand.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Asks for the objects' metadata and nothing else of them. Default false.</summary>
    public bool MetadataOnly { get; init; }
}

/// <summary>One page of a list. <see cref="Continue"/> is null on the last one.</summary>
public sealed record ListPage(ImmutableArray<JsonElement> Items, string? Continue, string ResourceVersion);

public sealed record WatchOptions
{
    public string? LabelSelector { get; init; }

    /// <summary>Where to go on from. Empty: wherever the server likes to begin.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>
    /// Asks for every object as ADDED first, as of now, up to a bookmark that carries <see cref="InitialEventsEnd"/>. Servers
    /// that can't do it refuse, or ignore it and never send that bookmark. Default false.
    /// </summary>
    public bool SendInitialEvents { get; init; }

    /// <summary>Asks for events that only tell how far the server is. Default true.</summary>
    public bool AllowBookmarks { get; init; } = true;

    /// <summary>The server ends the stream after this long. Default 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The annotation of the bookmark that ends the initial events; its value is <c>"true"</c>.</summary>
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

/// <summary>One event. <paramref name="Item"/> is the object, for a bookmark a resourceVersion only, for an error a Status.</summary>
public sealed record WatchEvent(WatchKind Kind, JsonElement Item);

/// <summary>What the server's clock said when ours said <paramref name="Ours"/>. The server tells whole seconds.</summary>
public sealed record ServerClock(DateTimeOffset Server, DateTimeOffset Ours)
{
    /// <summary>How far ours is ahead; the half second that the server's rounding hides is taken off.</summary>
    public TimeSpan Skew => Ours - Server - TimeSpan.FromMilliseconds(500);

    /// <summary>The server's time at one of our instants.</summary>
    public DateTimeOffset At(DateTimeOffset ours) => Server + (ours - Ours);
}
