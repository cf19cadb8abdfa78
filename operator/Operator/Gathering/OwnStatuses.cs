using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The resourceVersions that our own status writes created. A status write replaces exactly the version that we read. So a watch
/// event with such a version contains no change by another client and needs no reconcile. Safe for concurrent use.
/// </summary>
internal sealed class OwnStatuses
{
    private readonly ConcurrentDictionary<(ResourceType Type, ObjectKey Key), string> _written = new();

    public void Wrote(ResourceType type, KubeObject written) => _written[(type, written.Key)] = written.ResourceVersion;

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
        return _written.TryRemove(new((type, key), resourceVersion));
    }
}
