using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>Opens watches and sends them the changes in their scope. Used under the cluster's lock.</summary>
internal sealed class WatchHub(ClusterState state)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(45);
    private readonly List<WatchStream> _streams = [];

    public int Count => _streams.Count;

    public WatchStream Open(ResourceType type, string? ns, WatchQuery query, WatchConditions conditions)
    {
        var kind = state.KindOf(type);
        var scope = new WatchScope(kind, ns, Selector.Parse(query.LabelSelector, query.FieldSelector));
        var version = ResourceVersions.Parse(query.ResourceVersion);
        CheckStreamingList(query);
        var stream = new WatchStream(state.Agenda, state.Gate, scope, version, conditions);
        if (state.StreamingLists == StreamingLists.EtcdTooOld && NeedsProgress(query))
        {
            return Refused(stream, NoProgress());
        }
        stream.Ended = () => _streams.Remove(stream);
        if (version == 0 || query.SendInitialEvents)
        {
            SendPresent(stream, scope, query.SendInitialEvents);
        }
        else if (state.Store.Since(type, version) is { } missed)
        {
            foreach (var change in missed)
            {
                stream.Offer(change);
            }
        }
        else
        {
            var expired = ApiFailure.Expired($"too old resource version: {version} ({state.Store.Version})");
            return state.ExpiredWatches == ExpiredWatches.HttpStatus ? throw expired : Refused(stream, expired);
        }
        _streams.Add(stream);
        stream.Begin(query.Timeout is { } t && t >= TimeSpan.FromSeconds(1) ? t : DefaultTimeout);
        if (query.AllowBookmarks)
        {
            stream.SendBookmarks(state.Options.BookmarkPeriod, () => BookmarkSince(kind, version));
        }
        return stream;
    }

    public void Publish(StoredChange change)
    {
        foreach (var stream in _streams.ToArray())
        {
            stream.Offer(change);
        }
    }

    public void EndAll(Func<WatchStream, bool> which, WatchEnd end)
    {
        foreach (var stream in _streams.Where(which).ToArray())
        {
            stream.End(end);
        }
    }

    private void SendPresent(WatchStream stream, WatchScope scope, bool withEnd)
    {
        foreach (var item in state.Store.All(scope.Kind.Type).Where(scope.Has))
        {
            stream.Send(new WatchEvent(WatchKind.Added, item.Json));
        }
        stream.KnowsUpTo(state.Store.Version);
        if (withEnd)
        {
            stream.Send(Bookmark(scope.Kind, state.Store.Version, isEnd: true));
        }
    }

    /// <summary>Sends the error as an event in the stream; the HTTP status stays 200.</summary>
    private static WatchStream Refused(WatchStream stream, ApiFailure failure)
    {
        stream.Send(new WatchEvent(WatchKind.Error, failure.ToStatus()));
        stream.End(WatchEnd.Closed);
        return stream;
    }

    /// <summary>A bookmark with the version of the kind's last change; null while nothing changed since the watch began.</summary>
    private WatchEvent? BookmarkSince(ResourceKind kind, long began)
    {
        var version = state.Store.VersionOf(kind.Type);
        return version > began ? Bookmark(kind, version, isEnd: false) : null;
    }

    private static bool NeedsProgress(WatchQuery query) =>
        query.SendInitialEvents || (query.AllowBookmarks && ResourceVersions.Parse(query.ResourceVersion) == 0);

    private static ApiFailure NoProgress() =>
        new(
            System.Net.HttpStatusCode.InternalServerError,
            "InternalError",
            "a watch stream was requested by the client but the required storage feature RequestWatchProgress is disabled"
        );

    private void CheckStreamingList(WatchQuery query)
    {
        if (!query.SendInitialEvents)
        {
            return;
        }
        if (state.StreamingLists == StreamingLists.Unknown)
        {
            throw ApiFailure.InvalidOptions(
                "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch"
            );
        }
        if (!query.AllowBookmarks)
        {
            throw ApiFailure.InvalidOptions(
                "sendInitialEvents: Forbidden: sendInitialEvents requires allowWatchBookmarks"
            );
        }
    }

    private static WatchEvent Bookmark(ResourceKind kind, long version, bool isEnd)
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture),
            ["creationTimestamp"] = null,
        };
        if (isEnd)
        {
            metadata["annotations"] = new JsonObject { [WatchOptions.InitialEventsEnd] = "true" };
        }
        var item = new JsonObject
        {
            ["kind"] = kind.Kind,
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = metadata,
        };
        return new WatchEvent(WatchKind.Bookmark, JsonSerializer.SerializeToElement(item));
    }
}

/// <summary>The objects that a watch covers.</summary>
internal sealed record WatchScope(ResourceKind Kind, string? Namespace, Selector Selector)
{
    public bool Has(StoredObject item) => ApiReads.IsIn(item, Namespace) && Selector.Matches(item);
}
