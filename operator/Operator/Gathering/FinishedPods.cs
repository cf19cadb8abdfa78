using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The finished pods of all connectors. When they reach the operator's limit, the oldest quarter gives way, whichever connectors
/// they belong to. A pod that only a finalizer of others keeps does not count: to stop new runs, or to prune, would not remove it. Safe for
/// concurrent use.
/// </summary>
internal sealed class FinishedPods(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Dictionary<string, Finished>> _byConnector = [];
    private int _count;
    private int _unfolded;
    private int _sinceLook;
    private DateTimeOffset? _pruneUpTo;

    /// <param name="CreatedAt">Orders the pods: the oldest give way first.</param>
    /// <param name="IsUnfolded">The record still waits for the pod's end.</param>
    private readonly record struct Finished(DateTimeOffset CreatedAt, bool IsUnfolded);

    /// <summary>The observation with what planning must know of the limit.</summary>
    public Observation AddTo(Observation seen)
    {
        lock (_lock)
        {
            return seen with
            {
                IsAtFinishedPodsCap = _count >= most,
                IsFullOfUnfoldedPods = _unfolded >= most,
                PruneUpTo = _pruneUpTo,
            };
        }
    }

    /// <summary>
    /// Notes a change of a pod; null: it did not exist before, or is gone. Returns the connectors that have pods to prune now.
    /// </summary>
    public IReadOnlyList<ObjectKey> Note(ObjectKey connector, ObservedPod? before, ObservedPod? after)
    {
        lock (_lock)
        {
            if (after is null || !HasFinished(after) || HeldPods.IsHeld(after))
            {
                RemoveLocked(connector, (after ?? before)?.Name ?? "");
                return [];
            }
            // A pod that was finished when it was first seen may be folded already. The next plan of its connector tells.
            var isUnfolded = before is not null && !HasFinished(before);
            return AddLocked(connector, after.Name, new Finished(after.CreatedAt, isUnfolded)) ? LookLocked() : [];
        }
    }

    /// <summary>
    /// A plan of the connector was committed, or changed nothing: its record waits only for these pods. Must be told of each way out of a
    /// reconcile, else the pods of a connector that nobody plans stop all others for ever.
    /// </summary>
    public void Planned(ObjectKey connector, IEnumerable<string> awaited)
    {
        lock (_lock)
        {
            if (!_byConnector.TryGetValue(connector, out var pods))
            {
                return;
            }
            var unfolded = awaited.ToHashSet(StringComparer.Ordinal);
            foreach (var (name, pod) in pods.Where(p => p.Value.IsUnfolded != unfolded.Contains(p.Key)).ToList())
            {
                pods[name] = pod with { IsUnfolded = !pod.IsUnfolded };
                _unfolded += pod.IsUnfolded ? -1 : 1;
            }
        }
    }

    /// <summary>
    /// Nobody plans the connector now: it is gone, can't be read, or its record can't be written. No record will take the ends of its pods
    /// soon, and it makes no new ones, so they stop no other connector.
    /// </summary>
    public void NotPlanned(ObjectKey connector) => Planned(connector, []);

    /// <summary>
    /// This replica begins to plan. Who of the connectors is planned is not known yet, so no pod counts until the plan of its connector
    /// says that it is awaited.
    /// </summary>
    public void BeginPlanning()
    {
        lock (_lock)
        {
            foreach (var pods in _byConnector.Values)
            {
                foreach (var (name, pod) in pods.Where(p => p.Value.IsUnfolded).ToList())
                {
                    pods[name] = pod with { IsUnfolded = false };
                    _unfolded--;
                }
            }
        }
    }

    private bool AddLocked(ObjectKey connector, string name, Finished pod)
    {
        if (!_byConnector.TryGetValue(connector, out var pods))
        {
            pods = new Dictionary<string, Finished>(StringComparer.Ordinal);
            _byConnector[connector] = pods;
        }
        if (!pods.TryAdd(name, pod))
        {
            return false;
        }
        _count++;
        _unfolded += pod.IsUnfolded ? 1 : 0;
        return true;
    }

    private void RemoveLocked(ObjectKey connector, string name)
    {
        if (_byConnector.TryGetValue(connector, out var pods) && pods.Remove(name, out var pod))
        {
            _count--;
            _unfolded -= pod.IsUnfolded ? 1 : 0;
            if (pods.Count == 0)
            {
                _byConnector.Remove(connector);
            }
        }
    }

    /// <summary>At the limit, looks for the oldest pods. To sort thousands at each pod would cost too much, so not at each one.</summary>
    private IReadOnlyList<ObjectKey> LookLocked()
    {
        _sinceLook++;
        if (_count < most || _sinceLook < Math.Max(1, most / 16))
        {
            return [];
        }
        _sinceLook = 0;
        var surplus = _count - (most * 3 / 4);
        var oldest = _byConnector
            .Values.SelectMany(p => p.Values.Select(f => f.CreatedAt))
            .Order()
            .ElementAt(surplus - 1);
        _pruneUpTo = _pruneUpTo > oldest ? _pruneUpTo : oldest;
        return [.. _byConnector.Where(c => c.Value.Values.Any(f => f.CreatedAt <= _pruneUpTo)).Select(c => c.Key)];
    }

    private static bool HasFinished(ObservedPod pod) => pod.Phase is PodPhase.Succeeded or PodPhase.Failed;
}
