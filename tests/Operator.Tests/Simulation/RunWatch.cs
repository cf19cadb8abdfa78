using System.Text.Json;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// Checks every write and collects violations. Judges pods as the kubelet sees them and the committed record, not the operator's
/// own view.
/// </summary>
internal sealed class RunWatch
{
    private readonly FakeCluster _cluster;
    private readonly ObjectKey _connector;
    private readonly RecordEye _eye;
    private readonly RolloutWatch _rollouts;
    private readonly OutcomeWatch _outcomes;
    private readonly RedoWatch _redos;
    private readonly ContentWatch _contents;
    private readonly ConvictionWatch _convictions;
    private readonly AccountWatch _accounts;
    private readonly Dictionary<string, Run> _live = new(StringComparer.Ordinal);
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);
    private readonly HashSet<(string Occasion, string Flow, string Store)> _ran = [];
    private readonly Dictionary<string, History> _histories = new(StringComparer.Ordinal);

    public RunWatch(FakeCluster cluster, VirtualTime time, ObjectKey connector, Func<string, string?> accountOf)
    {
        _cluster = cluster;
        _connector = connector;
        _eye = new RecordEye(cluster, time);
        _rollouts = new RolloutWatch(cluster, connector, Violations);
        _outcomes = new OutcomeWatch(Violations);
        _redos = new RedoWatch(cluster, connector, Violations);
        _contents = new ContentWatch(Violations);
        _convictions = new ConvictionWatch(Violations);
        _accounts = new AccountWatch(accountOf, Violations);
        cluster.Changed = OnChanged;
    }

    public List<string> Violations { get; } = [];

    /// <summary>Not all that a good version meets comes from the cluster.</summary>
    public Func<bool> AreStoresLockedOut { get; init; } = () => false;

    /// <summary>Called with every committed record and its time.</summary>
    public Action<ConnectorRecord, DateTimeOffset> Committed { get; set; } = (_, _) => { };

    /// <summary>The store-syncs whose container started.</summary>
    public IReadOnlyCollection<(string Occasion, string Flow, string Store)> Ran => _ran;
    public ConnectorRecord? Record { get; private set; }

    /// <summary>Flows that were once a candidate's own, and so were due in its cohort only.</summary>
    public HashSet<string> OwnFlows { get; } = new(StringComparer.Ordinal);

    private sealed record Run(Fingerprint Print, ObservedPod Seen);

    /// <summary>When a pod was first seen, when it ended (null: not yet), and its last state, parsed only at the end to save time.</summary>
    private sealed record History(long First, long? End, JsonElement Last);

    private void OnChanged(ClusterChange change)
    {
        if (change.Type == CoreTypes.Pods)
        {
            OnPod(change);
        }
        else if (change.Type == Kinds.Records && IsHead(change.After))
        {
            Record = _eye.Read(_connector);
            if (Record is not null)
            {
                _rollouts.Committed(Record, change.At);
                _outcomes.Committed(Record, change.At);
                _redos.Committed(Record, change.At);
                _contents.Committed(Record, change.At);
                if (!AreStoresLockedOut())
                {
                    _convictions.Committed(Record, change.At);
                }
                NoteOwnFlows(Record);
                Committed(Record, change.At);
            }
        }
    }

    private void NoteOwnFlows(ConnectorRecord record)
    {
        if (record.Revisions.Find(record.RunningAttempt?.Revision) is { } candidate && record.Stable is { } stable)
        {
            OwnFlows.UnionWith(
                candidate.FlowParameters.Keys.Except(stable.FlowParameters.Keys, StringComparer.Ordinal)
            );
        }
    }

    /// <summary>Checks the pods of the whole history by the invariants of the tests on real clusters.</summary>
    public void ExpectNoneTwice()
    {
        var runs = _histories.Values.Select(h =>
            SeenRun.Read(h.Last, h.First, DateTimeOffset.UnixEpoch) with
            {
                EndSeen = h.End,
            }
        );
        try
        {
            Invariants.No_store_ran_twice_in_a_slot(runs);
        }
        catch (BrokenInvariantException broken)
        {
            Violations.Add($"at the end: {broken.Message}");
        }
    }

    private void OnPod(ClusterChange change)
    {
        var seen = change.After is { } after ? PodOf(after) : null;
        Remember(change, isOver: seen is null || HasEnded(seen));
        var name = change.Key.Name;
        if (seen?.Fingerprint is { } shown)
        {
            _outcomes.Saw(seen, shown);
        }
        if (change.Before is null && seen?.Fingerprint is { } print)
        {
            Created(name, print, change);
            _rollouts.Created(change, print);
            _contents.Created(change, print);
            _accounts.Created(change, print, _live.Values.Select(r => r.Print));
        }
        if (seen is { Container: ContainerSight.Terminated end, Fingerprint: { } ended })
        {
            _redos.Ended(name, ended, end);
        }
        if (seen is null || HasEnded(seen))
        {
            _live.Remove(name);
            _rollouts.Ended(name);
        }
        else if (seen.Fingerprint is { } running)
        {
            _live[name] = new Run(running, seen);
        }
        if (seen is { HasStarted: true, Fingerprint: { } started })
        {
            Started(change, seen, started);
        }
    }

    private void Remember(ClusterChange change, bool isOver)
    {
        var last = change.After ?? change.Before!.Value; // a change has a state before or after
        var uid = last.GetProperty("metadata").GetProperty("uid").GetString()!; // the fake cluster gives each one
        var before = _histories.GetValueOrDefault(uid);
        _histories[uid] = new History(
            before?.First ?? change.Version,
            before?.End ?? (isOver ? change.Version : null),
            last
        );
    }

    /// <summary>A run is in the record before its pod exists, and no other live run has its stores.</summary>
    private void Created(string name, Fingerprint print, ClusterChange change)
    {
        var record = Record;
        if (record is not null && record.Id == print.Record)
        {
            var entry = record
                .Plan(print.Flow)
                .Occasions.FirstOrDefault(o => o.Id == print.Occasion)
                ?.Entries.ElementAtOrDefault(print.Index);
            Check(
                entry is not null && entry.Stores.SequenceEqual(print.Stores, StringComparer.Ordinal),
                change,
                $"pod {name} runs no entry of the committed record"
            );
        }
        foreach (var (other, run) in _live)
        {
            var shared = run.Print.Stores.Intersect(print.Stores, StringComparer.Ordinal).FirstOrDefault();
            Check(
                shared is null || run.Print.Flow != print.Flow,
                change,
                $"pods {other} and {name} hold store {shared} of flow {print.Flow} at once"
            );
        }
    }

    /// <summary>No entry starts twice, and a candidate reaches no store outside its committed cohort.</summary>
    private void Started(ClusterChange change, ObservedPod pod, Fingerprint print)
    {
        var key = $"{print.Record}/{print.Flow}/{print.Occasion}/{print.Index}";
        var isFirst = _started.Add($"{key}@{pod.Uid}");
        if (!isFirst)
        {
            return;
        }
        Check(_started.Add(key), change, $"try {key} started twice");
        foreach (var store in print.Stores)
        {
            _ran.Add((print.Occasion, print.Flow, store));
        }
        _rollouts.Started(change, print, pod);
        _redos.Started(change, print);
    }

    private void Check(bool holds, ClusterChange change, string what)
    {
        if (!holds)
        {
            Violations.Add($"{change.At:HH:mm:ss.fff} {change.Actor}: {what}");
        }
    }

    private static bool IsHead(JsonElement? item) =>
        item is { } json && new KubeObject(json).Label($"{Api.ApiGroup.Name}/record-role") == "head";

    private static ObservedPod PodOf(JsonElement json) => Gathering.PodProjection.Of(new KubeObject(json)).Pod;

    private static bool HasEnded(ObservedPod pod) =>
        pod.Container is ContainerSight.Terminated
        || pod is { Phase: PodPhase.Succeeded or PodPhase.Failed, Container: not ContainerSight.Running };
}
