using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The pods of each connector by name. While this replica leads, a deleted pod stays here with its last state until the record has
/// folded its run. Without it, the run would look as if it had never started, and would start again. A follower folds nothing,
/// so it keeps a deleted pod only for <see cref="KeptByFollowers"/>. Safe for concurrent use.
/// </summary>
internal sealed class PodsByConnector(TimeProvider time)
{
    /// <summary>
    /// Longer than any time without a leader: a follower leads at the latest when the lease of a dead leader has run out, and then
    /// must know the pods that left in the meantime.
    /// </summary>
    public static readonly TimeSpan KeptByFollowers = TimeSpan.FromMinutes(1);

    /// <summary>The most deleted pods that a follower keeps. More than all runs of 10,000 stores that end together.</summary>
    public const int MostKeptByFollowers = 5000;

    private static readonly ImmutableSortedDictionary<string, ObservedPod> None = ImmutableSortedDictionary.Create<
        string,
        ObservedPod
    >(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, ImmutableSortedDictionary<string, ObservedPod>> _pods = new();
    private readonly Queue<Departure> _departures = new();
    private readonly Lock _gate = new();
    private bool _isLeading;

    private readonly record struct Departure(ObjectKey Connector, string Name, string Uid, long At);

    /// <summary>All pods here, also the deleted ones.</summary>
    public int Count => _pods.Values.Sum(pods => pods.Count);

    public ImmutableSortedDictionary<string, ObservedPod> Of(ObjectKey connector) =>
        _pods.GetValueOrDefault(connector, None);

    /// <summary>From now on, deleted pods are kept until <see cref="Forget"/>, also those that are here now.</summary>
    public void BeginLeading()
    {
        lock (_gate)
        {
            _isLeading = true;
            _departures.Clear();
        }
    }

    public void Seen(ObjectKey connector, ObservedPod pod)
    {
        Update(connector, pods => pods.SetItem(pod.Name, pod));
        ForgetOldDepartures();
    }

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

    public void Left(ObjectKey connector, ObservedPod last)
    {
        Update(connector, pods => pods.SetItem(last.Name, last with { IsGone = true }));
        lock (_gate)
        {
            if (!_isLeading)
            {
                _departures.Enqueue(new Departure(connector, last.Name, last.Uid, time.GetTimestamp()));
            }
        }
        ForgetOldDepartures();
    }

    /// <summary>Drops the named pods that are gone; pods that still exist stay.</summary>
    public void Forget(ObjectKey connector, IEnumerable<string> names) =>
        Update(connector, pods => pods.RemoveRange(names.Where(n => pods.TryGetValue(n, out var pod) && pod.IsGone)));

    /// <summary>Drops all pods that are gone.</summary>
    public void ForgetLeft(ObjectKey connector) => Forget(connector, [.. Of(connector).Keys]);

    private void ForgetOldDepartures()
    {
        lock (_gate)
        {
            while (_departures.TryPeek(out var oldest) && IsOldLocked(oldest))
            {
                _departures.Dequeue();
                Update(
                    oldest.Connector,
                    pods =>
                        pods.TryGetValue(oldest.Name, out var pod) && pod.IsGone && pod.Uid == oldest.Uid
                            ? pods.Remove(oldest.Name)
                            : pods
                );
            }
        }
    }

    private bool IsOldLocked(Departure departure) =>
        _departures.Count > MostKeptByFollowers || time.GetElapsedTime(departure.At) > KeptByFollowers;

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
