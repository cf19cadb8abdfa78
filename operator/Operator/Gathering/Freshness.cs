using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// Whether the caches may be believed about a connector. They may not while a watch is broken, nor after the API server showed that an
/// object of the connector is not as the cache has it: a write was outdated, or a run was ended by others, as the garbage collection does with
/// the pods of a connector that is gone. Then the connector is read live until the cache shows what was read. Safe for concurrent
/// use.
/// </summary>
internal sealed class Freshness(ClusterCache cache)
{
    /// <summary>What the cache must show: the connector at least in this version; null: unknown, so it must be read live first.</summary>
    private readonly ConcurrentDictionary<ObjectKey, string?> _awaited = new();

    /// <summary>No version: the connector is gone.</summary>
    private const string Gone = "";

    public void Doubt(ObjectKey connector) => _awaited[connector] = null;

    public bool IsInDoubt(ObjectKey connector)
    {
        if (_awaited.TryGetValue(connector, out var version) && version is not null && IsShown(connector, version))
        {
            _awaited.TryRemove(KeyValuePair.Create(connector, (string?)version));
        }
        return cache.IsBehind || _awaited.ContainsKey(connector);
    }

    /// <summary>Everything about the connector was read live.</summary>
    public void Settle(ObjectKey connector, ConnectorRead read)
    {
        var version = read switch
        {
            ConnectorRead.Found(var found) => found.Metadata.ResourceVersion,
            ConnectorRead.Unreadable(var bad) => bad.Item.ResourceVersion,
            _ => Gone,
        };
        if (IsShown(connector, version))
        {
            _awaited.TryRemove(connector, out _);
        }
        else
        {
            _awaited[connector] = version;
        }
    }

    /// <summary>A connector that the cache does not have is always read live.</summary>
    private bool IsShown(ObjectKey connector, string version) =>
        cache.Connectors.Find(connector) is not { } cached
        || (
            version != Gone
            && !ResourceVersions.IsOlder(
                ResourceVersions.Parse(cached.ResourceVersion),
                ResourceVersions.Parse(version)
            )
        );
}
