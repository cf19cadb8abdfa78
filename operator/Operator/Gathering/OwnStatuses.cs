using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The objects as our own status writes left them, until the watch reports them. A status write changes exactly the version that we
/// read. So a watch event with such a version contains no change by another client and needs no reconcile. Safe for concurrent use.
/// </summary>
internal sealed class OwnStatuses
{
    private readonly ConcurrentDictionary<(ResourceType Type, ObjectKey Key), KubeObject> _written = new();

    public void Wrote(ResourceType type, KubeObject written) => _written[(type, written.Key)] = written;

    /// <summary>The cluster went back to an older state, in which these writes never were.</summary>
    public void Clear() => _written.Clear();

    /// <summary>
    /// Whether our own status write created this version; null: the object is gone. Call it once per version, in watch order.
    /// </summary>
    public bool IsOwn(ResourceType type, ObjectKey key, string? resourceVersion)
    {
        if (resourceVersion is null)
        {
            _written.TryRemove((type, key), out _);
            return false;
        }
        return _written.TryGetValue((type, key), out var written)
            && written.ResourceVersion == resourceVersion
            && _written.TryRemove(KeyValuePair.Create((type, key), written));
    }

    /// <summary>The object as we wrote it, when the cache has an older version of the same object; else null.</summary>
    public KubeObject? Newer(ResourceType type, ObjectKey key, string uid, string cachedVersion)
    {
        if (!_written.TryGetValue((type, key), out var written))
        {
            return null;
        }
        var isNewer =
            written.Uid == uid
            && ResourceVersions.IsOlder(
                ResourceVersions.Parse(cachedVersion),
                ResourceVersions.Parse(written.ResourceVersion)
            );
        if (!isNewer)
        {
            _written.TryRemove(KeyValuePair.Create((type, key), written));
        }
        return isNewer ? written : null;
    }
}
