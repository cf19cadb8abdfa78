using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>Opens watches and tells them every change that concerns them. Used under the cluster's lock.</summary>
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
            return Expired(stream, version);
        }
        _streams.Add(stream);
        stream.Begin(query.Timeout is { } t && t >= TimeSpan.FromSeconds(1) ? t : DefaultTimeout);
        if (query.AllowBookmarks)
        {
            stream.SendBookmarks(state.Options.BookmarkPeriod, () => Bookmark(kind, state.Store.Version, isEnd: false));
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

    public void SignalAll(Func<WatchStream, bool> which)
    {
        foreach (var stream in _streams.Where(which))
        {
            stream.Signal();
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

    private WatchStream Expired(WatchStream stream, long version)
    {
        var failure = ApiFailure.Expired($"too old resource version: {version} ({state.Store.Version})");
        if (state.ExpiredWatches == ExpiredWatches.HttpStatus)
        {
            throw failure;
        }
        stream.Send(new WatchEvent(WatchKind.Error, failure.ToStatus()));
        stream.End(WatchEnd.Closed);
        return stream;
    }

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
        if (state.StreamingLists == StreamingLists.EtcdTooOld)
        {
            throw new ApiFailure(
                System.Net.HttpStatusCode.InternalServerError,
                "InternalError",
                "RequestWatchProgress is disabled"
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

/// <summary>Which objects a watch is about.</summary>
internal sealed record WatchScope(ResourceKind Kind, string? Namespace, Selector Selector)
{
    public bool Has(StoredObject item) => ApiReads.IsIn(item, Namespace) && Selector.Matches(item);
}
