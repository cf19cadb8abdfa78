using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>The connector's pods by entry, and the stores that live pods keep busy.</summary>
internal sealed class PodIndex
{
    private readonly Dictionary<(string Flow, string Occasion, int Index), ObservedPod> _byEntry;

    private readonly HashSet<string> _foreignNames;

    private PodIndex(
        Dictionary<(string Flow, string Occasion, int Index), ObservedPod> byEntry,
        ImmutableArray<ObservedPod> strays,
        HashSet<string> foreignNames
    )
    {
        _byEntry = byEntry;
        _foreignNames = foreignNames;
        Strays = strays;
    }

    /// <summary>
    /// Pods that run no entry of this record: they belong to an older record or to a forgotten occasion, or they are copies.
    /// </summary>
    public ImmutableArray<ObservedPod> Strays { get; }

    /// <summary>
    /// A pod runs an entry when its fingerprint and its name are the entry's. A copy of a pod under another name is a stray: a
    /// run of its stores that nobody planned, and for which they wait.
    /// </summary>
    public static PodIndex Of(string connector, ConnectorRecord record, ImmutableArray<ObservedPod> pods)
    {
        var entries = record
            .Plans.SelectMany(p =>
                p.Value.Occasions.SelectMany(o => o.Entries.Select(e => (Key: (p.Key, o.Id, e.Index), Entry: e)))
            )
            .ToDictionary(e => e.Key, e => e.Entry);
        var byEntry = new Dictionary<(string, string, int), ObservedPod>();
        var strays = ImmutableArray.CreateBuilder<ObservedPod>();
        var foreign = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            if (pod.Fingerprint is not { } print)
            {
                foreign.Add(pod.Name);
                continue;
            }
            var key = (print.Flow, print.Occasion, print.Index);
            if (
                IsOf(record, print)
                && entries.TryGetValue(key, out var entry)
                && IsRunOf(entry, print)
                && PodNames.Of(connector, record.Id, print.Flow, print.Occasion, print.Index) == pod.Name
            )
            {
                byEntry[key] = pod;
            }
            else if (!pod.IsGone)
            {
                strays.Add(pod);
                foreign.Add(pod.Name);
            }
        }
        return new PodIndex(byEntry, strays.ToImmutable(), foreign);
    }

    public ObservedPod? Find(string flow, Occasion occasion, Entry entry) =>
        _byEntry.GetValueOrDefault((flow, occasion.Id, entry.Index));

    /// <summary>Another pod has the name. The operator does not touch that pod, and cannot create a pod with the name.</summary>
    public bool IsTaken(string podName) => _foreignNames.Contains(podName);

    /// <summary>Stores in live runs of the flow: entries without a result, and strays that can still run.</summary>
    public HashSet<string> BusyStores(string flow, FlowPlan plan, Observation seen) =>
        plan
            .Entries.Where(e => e.Result is null)
            .SelectMany(e => e.Stores)
            .Concat(
                Strays
                    .Where(p => !StrayPods.IsOver(p, seen) && p.Fingerprint!.Flow == flow) // a stray always has a fingerprint
                    .SelectMany(p => p.Fingerprint!.Stores) // see above
            )
            .ToHashSet(StringComparer.Ordinal);

    public static bool HasEnded(ObservedPod pod) =>
        pod.IsGone || pod.Phase is PodPhase.Failed or PodPhase.Succeeded || pod.Container is ContainerSight.Terminated;

    private static bool IsOf(ConnectorRecord record, Fingerprint print) => print.Record == record.Id;

    private static bool IsRunOf(Entry entry, Fingerprint print) =>
        entry.Revision == print.Revision && entry.Stores.AsSpan().SequenceEqual(print.Stores.AsSpan());
}
