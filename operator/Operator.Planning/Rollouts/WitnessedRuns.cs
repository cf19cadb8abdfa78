using System.Globalization;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// A lost record has lost what its stores owe. The pods that are still there are witnesses: the stores whose pod ran the candidate owe
/// its work. In which other stores it ran is unknown.
/// </summary>
internal static class WitnessedRuns
{
    /// <summary>Notes the debts of stores whose pods ran the candidate of the lost record.</summary>
    /// <param name="record">The record that takes the lost one's place.</param>
    /// <param name="attempt">The attempt that ran. Null: the record kept none.</param>
    /// <param name="seen">The pods.</param>
    public static ConnectorRecord Owe(ConnectorRecord record, Attempt? attempt, Observation seen)
    {
        foreach (var pod in seen.Pods.Where(p => IsOf(p, attempt)))
        {
            var print = pod.Fingerprint!; // filtered
            var ledger = record.Ledger(print.Flow);
            var stores = ledger.Stores.ToBuilder();
            foreach (var store in print.Stores)
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
            record = record.With(print.Flow, ledger with { Stores = stores.ToImmutable() });
        }
        return record;
    }

    private static bool IsOf(ObservedPod pod, Attempt? attempt) =>
        pod is { Fingerprint: { } print, Container: not ContainerSight.Waiting } && print.Revision == attempt?.Revision;

    /// <summary>The due time in the id of a slot; null: the id has none.</summary>
    private static DateTimeOffset? SlotOf(Fingerprint print) =>
        print.Occasion is ['s', .. var seconds]
        && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var unix)
        && unix <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(unix)
            : null;

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}
