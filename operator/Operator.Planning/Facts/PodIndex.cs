using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>The connector's pods by entry, and the stores that live pods keep busy.</summary>
internal sealed class PodIndex
{
    private readonly Dictionary<(string Flow, string Occasion, int Index), ObservedPod> _byEntry = [];
    private readonly Dictionary<(string Flow, string Occasion, int Index), ObservedPod> _edited = [];
    private readonly HashSet<string> _foreignNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _foreignRuns = new(StringComparer.Ordinal);

    private PodIndex(ImmutableArray<ObservedPod> strays) => Strays = strays;

    /// <summary>
    /// Pods that run no entry of this record: they belong to an older record or to a forgotten occasion, or they are copies.
    /// </summary>
    public ImmutableArray<ObservedPod> Strays { get; private set; }

    public static PodIndex Of(Observation seen, ConnectorRecord record) =>
        Of(seen.Connector.Metadata, record, seen.Pods);

    /// <summary>
    /// A pod runs an entry when its fingerprint and its name are the entry's. A pod under an entry's name that the connector owns is
    /// the run of that entry, too: if its fingerprint is another, somebody edited it. A copy of a pod under another name is a stray:
    /// a run of its stores that nobody planned, and for which they wait.
    /// </summary>
    public static PodIndex Of(ObjectMeta connector, ConnectorRecord record, ImmutableArray<ObservedPod> pods)
    {
        var index = new PodIndex([]);
        var entries = record
            .Plans.SelectMany(p =>
                p.Value.Occasions.SelectMany(o => o.Entries.Select(e => (Key: (p.Key, o.Id, e.Index), Entry: e)))
            )
            .ToDictionary(e => e.Key, e => e.Entry);
        // Only pods that run no entry by their fingerprint need the names of all entries.
        var others = ImmutableArray.CreateBuilder<ObservedPod>();
        foreach (var pod in pods)
        {
            var isRun =
                pod.Fingerprint is { } print
                && IsOf(record, print)
                && entries.TryGetValue(KeyOf(print), out var entry)
                && IsRunOf(entry, print)
                && NameOf(connector, record, KeyOf(print)) == pod.Name;
            if (isRun)
            {
                index._byEntry[KeyOf(pod.Fingerprint!)] = pod; // a run has one
            }
            else
            {
                others.Add(pod);
            }
        }
        if (others.Count > 0)
        {
            index.Sort(
                connector,
                others,
                entries.Keys.ToDictionary(k => NameOf(connector, record, k), StringComparer.Ordinal)
            );
        }
        return index;
    }

    private void Sort(
        ObjectMeta connector,
        IReadOnlyCollection<ObservedPod> pods,
        Dictionary<string, (string Flow, string Occasion, int Index)> entries
    )
    {
        var strays = ImmutableArray.CreateBuilder<ObservedPod>();
        foreach (var pod in pods)
        {
            var isOwned = pod.OwnerUid is { Length: > 0 } owner && owner == connector.Uid;
            if (isOwned && entries.TryGetValue(pod.Name, out var entry))
            {
                _edited[entry] = pod;
            }
            else if (pod.Fingerprint is null)
            {
                _foreignNames.Add(pod.Name);
            }
            else if (!pod.IsGone)
            {
                strays.Add(pod);
                _foreignNames.Add(pod.Name);
                if (entries.ContainsKey(pod.Name))
                {
                    _foreignRuns.Add(pod.Name);
                }
            }
        }
        Strays = strays.ToImmutable();
    }

    public ObservedPod? Find(string flow, Occasion occasion, Entry entry) =>
        _byEntry.GetValueOrDefault((flow, occasion.Id, entry.Index));

    /// <summary>
    /// The connector's own pod under the entry's name, whose fingerprint somebody edited: nobody knows any more what it runs. It is
    /// deleted, and the run is lost. Null: there is none.
    /// </summary>
    public ObservedPod? FindEdited(string flow, Occasion occasion, Entry entry) =>
        _edited.GetValueOrDefault((flow, occasion.Id, entry.Index));

    public bool HasEdited => _edited.Count > 0;

    /// <summary>Another pod has the name. The operator does not touch that pod, and cannot create a pod with the name.</summary>
    public bool IsTaken(string podName) => _foreignNames.Contains(podName);

    /// <summary>A run of somebody else that has the name of a run of ours; it is not deleted.</summary>
    public bool IsForeignRun(string podName) => _foreignRuns.Contains(podName);

    /// <summary>Live runs of the flow that the record does not know. Each takes a place, as every other run.</summary>
    public int LiveStrays(string flow, Observation seen) => Strays.Count(p => IsLiveStray(p, flow, seen));

    /// <summary>Stores in live runs of the flow: entries without a result, and strays that can still run.</summary>
    public HashSet<string> BusyStores(string flow, FlowPlan plan, Observation seen) =>
        plan
            .Entries.Where(e => e.Result is null)
            .SelectMany(e => e.Stores)
            .Concat(
                Strays.Where(p => IsLiveStray(p, flow, seen)).SelectMany(p => p.Fingerprint!.Stores) // a stray has one
            )
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Kubelets before 1.24 write the phase Failed as they begin to end a container that still runs: such a pod is live. One whose node is
    /// gone is not: the pod collector wrote Failed, and no kubelet is left to tell its container's end.
    /// </summary>
    public static bool HasEnded(ObservedPod pod) =>
        pod.IsGone
        || pod.Container is ContainerSight.Terminated
        || pod is { Phase: PodPhase.Failed or PodPhase.Succeeded, Container: not ContainerSight.Running }
        || pod is { Phase: PodPhase.Failed, Disruption: Disruptions.OfGoneNode };

    private static bool IsLiveStray(ObservedPod pod, string flow, Observation seen) =>
        pod.Fingerprint?.Flow == flow && !StrayPods.IsOver(pod, seen);

    private static (string Flow, string Occasion, int Index) KeyOf(Fingerprint print) =>
        (print.Flow, print.Occasion, print.Index);

    private static string NameOf(
        ObjectMeta connector,
        ConnectorRecord record,
        (string Flow, string Occasion, int Index) entry
    ) => PodNames.Of(connector.Name, record.Id, entry.Flow, entry.Occasion, entry.Index);

    private static bool IsOf(ConnectorRecord record, Fingerprint print) => print.Record == record.Id;

    private static bool IsRunOf(Entry entry, Fingerprint print) =>
        entry.Revision == print.Revision && entry.Stores.AsSpan().SequenceEqual(print.Stores.AsSpan());
}
