using System.Globalization;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// A lost record has lost what its stores owe. The pods that are still there are witnesses: the stores whose pod ran a candidate that was
/// not promoted owe its work. In which other stores it ran is unknown.
/// </summary>
internal static class WitnessedRuns
{
    /// <summary>
    /// Notes the debts of stores whose pods ran the candidate of the lost record, or an earlier one that was taken back. Pods of failed
    /// runs stay for long: a later run that ended well has done the earlier one's work.
    /// </summary>
    /// <param name="record">The record that takes the lost one's place, with its attempts.</param>
    /// <param name="seen">The pods.</param>
    public static ConnectorRecord Owe(ConnectorRecord record, Observation seen)
    {
        var (running, takenBack) = (record.RunningAttempt?.Revision, TakenBack(record));
        if (running is null && takenBack.Count == 0)
        {
            return record;
        }
        var runs = seen.Pods.Where(p => p is { Fingerprint: not null, Container: not ContainerSight.Waiting }).ToList();
        var redone = Redone(
            runs.Where(p => p.Fingerprint!.Revision != running && !takenBack.Contains(p.Fingerprint.Revision))
        );
        foreach (var pod in runs.Where(p => seen.Connector.Spec.FindFlow(p.Fingerprint!.Flow) is not null)) // filtered
        {
            var print = pod.Fingerprint!; // filtered
            bool IsOwed(string store) =>
                print.Revision == running
                || (
                    takenBack.Contains(print.Revision)
                    && !(redone.GetValueOrDefault((print.Flow, store)) >= pod.CreatedAt)
                );
            record = Owe(record, seen, pod, IsOwed);
        }
        return record;
    }

    private static ConnectorRecord Owe(
        ConnectorRecord record,
        Observation seen,
        ObservedPod pod,
        Func<string, bool> isOwed
    )
    {
        var print = pod.Fingerprint!; // the caller checked it
        var owing = print.Stores.Where(isOwed).ToList();
        if (owing.Count == 0)
        {
            return record;
        }
        var ledger = record.Ledger(print.Flow);
        var stores = ledger.Stores.ToBuilder();
        foreach (var store in owing)
        {
            var past = stores.GetValueOrDefault(store) ?? new StoreLedger();
            stores[store] = past with
            {
                RedoFrom = Debts.Earliest(past.RedoFrom, SlotOf(print) ?? pod.CreatedAt),
                RedoSince = Later(
                    past.RedoSince,
                    StrayPods.IsOver(pod, seen) ? null : StrayPods.LastInstant(pod, seen)
                ),
            };
        }
        return record.With(print.Flow, ledger with { Stores = stores.ToImmutable() });
    }

    /// <summary>Candidates whose attempts ended without promotion, and that were never stable.</summary>
    private static HashSet<string> TakenBack(ConnectorRecord record)
    {
        var book = record.Revisions;
        return record
            .Attempts.History.Where(a => a.Outcome != AttemptOutcome.Promoted)
            .Select(a => a.Revision)
            .Except(book.FormerStables.Append(book.StableHash ?? ""), StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>When the newest pod of each store was created that ended well.</summary>
    private static Dictionary<(string Flow, string Store), DateTimeOffset?> Redone(IEnumerable<ObservedPod> pods)
    {
        var newest = new Dictionary<(string, string), DateTimeOffset?>();
        foreach (var pod in pods.Where(p => p.Container is ContainerSight.Terminated { ExitCode: 0 }))
        {
            foreach (var key in pod.Fingerprint!.Stores.Select(s => (pod.Fingerprint.Flow, s))) // the caller checked it
            {
                newest[key] = Later(newest.GetValueOrDefault(key), pod.CreatedAt);
            }
        }
        return newest;
    }

    /// <summary>The due time in the id of a slot; null: the id has none.</summary>
    private static DateTimeOffset? SlotOf(Fingerprint print) =>
        print.Occasion is ['s', .. var seconds]
        && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var unix)
        && unix <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(unix)
            : null;

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}
