using System.Globalization;
using System.Text.Json;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// The commit that ends an attempt without promotion marks the work of the candidate as owed, for each of its stores. A store stops
/// owing only after a run on stable, or of a candidate that was promoted, was told to do the work again and has done it.
/// </summary>
internal sealed class RedoWatch(FakeCluster cluster, ObjectKey connector, List<string> violations)
{
    private readonly HashSet<(string Attempt, string Flow, string Store)> _handled = [];
    private readonly Dictionary<(string Record, string Flow, string Store), List<Telling>> _told = [];
    private ConnectorRecord? _before;

    /// <summary>A run was told to redo the work since then. <paramref name="Candidate"/>: its revision when it ran on the candidate.</summary>
    private sealed record Telling(string Pod, DateTimeOffset Since, string? Candidate);

    /// <summary>The stores that each pod has reported as done.</summary>
    private readonly HashSet<(string Pod, string Store)> _done = [];

    /// <summary>Called when a pod's container is first seen running.</summary>
    public void Started(ClusterChange change, Fingerprint print)
    {
        var pod = new KubeObject(change.After!.Value); // a running pod exists
        var attempt = pod.Label(PodMarks.Attempt);
        if (attempt is not null)
        {
            _handled.UnionWith(print.Stores.Select(s => ($"{print.Record}/{attempt}", print.Flow, s)));
        }
        var run = JsonSerializer.Deserialize(pod.Annotation(PodMarks.Run)!, RunJson.Default.RunFile)!; // our pods have this annotation
        foreach (var store in run.Stores.Where(s => s.RedoFrom is not null))
        {
            var since = DateTimeOffset.Parse(store.RedoFrom!, CultureInfo.InvariantCulture); // the filter checked it
            var key = (print.Record, print.Flow, store.Name);
            _told.TryAdd(key, []);
            _told[key].Add(new Telling(pod.Name, since, attempt is null ? null : print.Revision));
        }
    }

    /// <summary>Called when a pod's container is seen to have ended.</summary>
    public void Ended(string pod, Fingerprint print, ContainerSight.Terminated end)
    {
        for (var i = 0; i < print.Stores.Length; i++)
        {
            var isDone = Report.Parse(end.Message, print.Stores.Length) switch
            {
                Report.Read { Stores: var stores } => stores[i] is { FailingClass: null, HasMore: false },
                Report.Missing => end.ExitCode == 0,
                _ => false,
            };
            if (isDone)
            {
                _done.Add((pod, print.Stores[i]));
            }
        }
    }

    /// <summary>Called for each committed record, under the cluster's lock.</summary>
    public void Committed(ConnectorRecord record, DateTimeOffset at)
    {
        var before = _before;
        _before = record;
        if (before is null || before.Id != record.Id)
        {
            return;
        }
        // With a flow that a user took away, its ledger is forgotten, also when the flow comes again.
        _handled.RemoveWhere(h => !record.Plans.ContainsKey(h.Flow));
        var listed = Listed(record);
        ExpectOwed(before, record, listed, at);
        foreach (var (flow, ledger) in record.Ledgers)
        {
            foreach (var (store, past) in before.Ledger(flow).Stores.Where(s => s.Value.RedoFrom is not null))
            {
                var isPaid = ledger.Stores.GetValueOrDefault(store)?.RedoFrom is null;
                var wasTold =
                    isPaid
                    && _told.Remove((record.Id, flow, store), out var told)
                    && told.Exists(t =>
                        t.Since <= past.RedoFrom && Counts(t, record) && _done.Contains((t.Pod, store))
                    );
                if (isPaid && listed.Contains(store) && !wasTold)
                {
                    Violate(
                        at,
                        $"store {store} of flow {flow} owed its work since {past.RedoFrom}; the debt is gone, but no run was told and did it"
                    );
                }
            }
        }
    }

    private void ExpectOwed(ConnectorRecord before, ConnectorRecord record, HashSet<string> listed, DateTimeOffset at)
    {
        if (
            before.RunningAttempt is not { } attempt
            || record.Attempts.History.FirstOrDefault(a => a.Number == attempt.Number)
                is not { Outcome: not AttemptOutcome.Promoted }
        )
        {
            return;
        }
        var key = $"{record.Id}/{attempt.Number}";
        foreach (var (_, flow, store) in _handled.Where(h => h.Attempt == key && listed.Contains(h.Store)))
        {
            var isOwed = record.Ledger(flow).Stores.GetValueOrDefault(store)?.RedoFrom is not null;
            if (record.Plans.ContainsKey(flow) && !isOwed)
            {
                Violate(
                    at,
                    $"attempt {attempt.Number} ended without promotion, but its work for store {store} of flow {flow} is not owed"
                );
            }
        }
    }

    /// <summary>What a candidate has redone counts once it is stable.</summary>
    private static bool Counts(Telling told, ConnectorRecord record) =>
        told.Candidate is null || told.Candidate == record.Revisions.StableHash;

    private HashSet<string> Listed(ConnectorRecord record) =>
        cluster.Find(Kinds.Connectors, connector) is { } item
            ?
            [
                .. Gathering.Projections.Connector(item).Spec.Stores.Select(s => s.Name),
                .. record.Stores.Lists.SelectMany(l => l.Stores).Select(s => s.Name),
            ]
            : [];

    private void Violate(DateTimeOffset at, string what) => violations.Add($"{at:HH:mm:ss.fff} {what}");
}
