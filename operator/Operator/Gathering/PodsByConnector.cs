using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// Each connector's pods by name. One that left stays, with its last state, for as long as the record waits to hear how it
/// ended: a reader that found it nowhere would take its run for one that was never started, and start it again. Safe for
/// concurrent use.
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

    /// <summary>Only if nothing is known of that name: what the watch told is newer than the answer to a create.</summary>
    public void SeenFirst(ObjectKey connector, ObservedPod pod) =>
        Update(connector, pods => pods.ContainsKey(pod.Name) ? pods : pods.Add(pod.Name, pod));

    /// <summary>The API server has taken our deletion of it: until the watch shows that, it is not to be deleted again.</summary>
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

    /// <summary>Drops those of the names that have left.</summary>
    public void Forget(ObjectKey connector, IEnumerable<string> names) =>
        Update(connector, pods => pods.RemoveRange(names.Where(n => pods.TryGetValue(n, out var pod) && pod.IsGone)));

    /// <summary>Drops all that have left.</summary>
    public void ForgetLeft(ObjectKey connector) => Forget(connector, [.. Of(connector).Keys]);

    private void Update(
        ObjectKey connector,
        Func<ImmutableSortedDictionary<string, ObservedPod>, ImmutableSortedDictionary<string, ObservedPod>> change
    )
    {
        var left = _pods.AddOrUpdate(connector, _ => change(None), (_, pods) => change(pods));
        if (left.IsEmpty)
        {
            // Only if it is still empty: a pod may have come in the meantime.
            _pods.TryRemove(KeyValuePair.Create(connector, left));
        }
    }
}
