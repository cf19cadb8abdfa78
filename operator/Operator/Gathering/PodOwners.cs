using System.Collections.Concurrent;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// Which connector each pod belongs to: the one that its annotation named when this process first saw it. An annotation that is edited
/// later moves no run: the connector whose record waits for the run would never see its end, and the other one would take it for a
/// stray. Safe for concurrent use.
/// </summary>
internal sealed class PodOwners
{
    /// <summary>The first connector of the pods whose annotation was edited since.</summary>
    private readonly ConcurrentDictionary<ObjectKey, ObjectKey> _edited = new();

    /// <summary>Null: the pod names no connector.</summary>
    public ObjectKey? OwnerOf(ObjectChange<CachedPod> change)
    {
        var named = Named(change.Key, change.After);
        if (change.Before is null)
        {
            _edited.TryRemove(change.Key, out _);
            return named;
        }
        if (_edited.TryGetValue(change.Key, out var first))
        {
            if (change.After is null)
            {
                _edited.TryRemove(change.Key, out _);
            }
            return first;
        }
        var before = Named(change.Key, change.Before);
        if (change.After is not null && before is { } owner && before != named)
        {
            _edited[change.Key] = owner;
        }
        return before ?? named;
    }

    private static ObjectKey? Named(ObjectKey pod, CachedPod? seen) =>
        seen is { ConnectorName.Length: > 0 } ? new ObjectKey(pod.Namespace, seen.ConnectorName) : null;
}
