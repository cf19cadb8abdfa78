using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The pods of each connector by name. A deleted pod stays here with its last state until the record has folded its run.
/// Without it, the run would look as if it had never started, and would start again. Safe for concurrent use.
/// </summary>
internal sealed class PodsByConnector
{
    private static readonly ImmutableSortedDictionary<string, ObservedPod> None = ImmutableSortedDictionary.Create<
        string,
        ObservedPod
    >(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, ImmutableSortedDictionary<string, ObservedPod>> _pods = new();

    public ImmutableSortedDictionary<string, ObservedPod> Of(ObjectKey connector) =>
        _pods.GetValueOrDefault(connector, None);

    public void Seen(ObjectKey connector, ObservedPod pod) => Update(connector, pods => pods.SetItem(pod.Name, pod));

    /// <summary>Adds the pod only if the name is unknown: the state from the watch is newer than the answer to a create.</summary>
    public void SeenFirst(ObjectKey connector, ObservedPod pod) =>
        Update(connector, pods => pods.ContainsKey(pod.Name) ? pods : pods.Add(pod.Name, pod));

    /// <summary>Marks the pod as deleting, so that it is not deleted again before the watch reports the deletion.</summary>
    public void Deleting(ObjectKey connector, string name, string uid) =>
        Update(
            connector,
            pods =>
                pods.TryGetValue(name, out var pod) && pod.Uid == uid
                    ? pods.SetItem(name, pod with { IsDeleting = true })
                    : pods
        );

    public void Left(ObjectKey connector, ObservedPod last) =>
        Update(connector, pods => pods.SetItem(last.Name, last with { IsGone = true }));

    /// <summary>Drops the named pods that are gone; pods that still exist stay.</summary>
    public void Forget(ObjectKey connector, IEnumerable<string> names) =>
        Update(connector, pods => pods.RemoveRange(names.Where(n => pods.TryGetValue(n, out var pod) && pod.IsGone)));

    /// <summary>Drops all pods that are gone.</summary>
    public void ForgetLeft(ObjectKey connector) => Forget(connector, [.. Of(connector).Keys]);

    private void Update(
        ObjectKey connector,
        Func<ImmutableSortedDictionary<string, ObservedPod>, ImmutableSortedDictionary<string, ObservedPod>> change
    )
    {
        var left = _pods.AddOrUpdate(connector, _ => change(None), (_, pods) => change(pods));
        if (left.IsEmpty)
        {
            // Removes the entry only if it is still empty: another task may have added a pod.
            _pods.TryRemove(KeyValuePair.Create(connector, left));
        }
    }
}
