using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The versions of objects that we made ourselves by writing a status. A status replaces the very version that was read, so what
/// a watch shows of such a version is no news: whoever wrote it knew all the rest. Safe for concurrent use.
/// </summary>
internal sealed class OwnStatuses
{
    private readonly ConcurrentDictionary<(ResourceType Type, ObjectKey Key), string> _written = new();

    public void Wrote(ResourceType type, KubeObject written) => _written[(type, written.Key)] = written.ResourceVersion;

    /// <summary>Whether the version is our own; null: the object is gone. Asked once per version, of the newest that was seen.</summary>
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
