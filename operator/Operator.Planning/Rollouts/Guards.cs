using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// A guard of the worker's own that trips on the candidate: it stops two stores, or the only one once stable has run there afterwards
/// without it; and none on stable in this step, inside the cohort or outside. That ends the attempt.
/// </summary>
internal static class Guards
{
    /// <summary>
    /// The worker's word, from the first run that has one. Its stores count when the occasion is settled. That stable says it counts at once:
    /// runs outside the cohort are not awaited, and may end when their occasion is settled.
    /// </summary>
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        if (run.Entry.Arm == Arm.Stable)
        {
            return
                record.RunningAttempt is not null
                && run.Ending.Reports.Any(r => r?.Stop is not null)
                && Of(record, run.Flow) is { IsOnStable: false } said
                ? With(record, run.Flow, said with { IsOnStable = true })
                : record;
        }
        var isOfAttempt = run.Entry.Attempt != 0 && run.Entry.Attempt == record.RunningAttempt?.Number;
        var why = run.Ending.Reports.Select(r => r?.Stop).FirstOrDefault(w => w is not null);
        return isOfAttempt && why is not null && Of(record, run.Flow) is { Why.Length: 0 } guard
            ? With(record, run.Flow, guard with { Why = why })
            : record;
    }

    /// <summary>Takes what the first runs of a settled occasion said.</summary>
    public static ConnectorRecord Settle(ConnectorRecord record, string flow, Occasion occasion)
    {
        var attempt = record.RunningAttempt!; // its occasion is settled
        if (occasion.Stage != attempt.Stage)
        {
            return record;
        }
        var (before, cohort) = (Of(record, flow), attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal));
        var guard = before;
        foreach (var entry in FirstRuns.Entries(occasion).Where(TellsOfEach))
        {
            var counts = RunCounts.Read(entry.Counts, entry.Stores.Length).Stores;
            for (var i = 0; i < entry.Stores.Length; i++)
            {
                guard = counts[i] is { } count
                    ? After(guard, before, new Word(entry.Arm, entry.Stores[i], count))
                    : guard;
            }
        }
        return guard == before ? record : With(record, flow, guard);
    }

    /// <summary>Of a run on stable without a coin only the sum is kept, in the place of its first store.</summary>
    private static bool TellsOfEach(Entry entry) =>
        entry.Counts.Length > 0 && (entry.Coin is not null || entry.Arm == Arm.Candidate || entry.Stores.Length == 1);

    /// <summary>Why the attempt ends; null: no guard proves anything.</summary>
    public static string? Tripped(Attempt attempt)
    {
        foreach (var (flow, guard) in attempt.Guards)
        {
            var isProven =
                guard.Stores.Length >= GuardWords.MostStores || guard is { Stores.Length: 1, IsRefutedByStable: true };
            if (isProven && !guard.IsOnStable)
            {
                var stores = string.Join(" and ", guard.Stores.Select(s => $"'{s}'"));
                return $"flow '{flow}': a guard of the worker tripped on the candidate for {stores} and not on stable: {guard.Why}";
            }
        }
        return null;
    }

    private sealed record Word(Arm Arm, string Store, StoreCount Count);

    private static GuardWords After(GuardWords guard, GuardWords before, Word word) =>
        word switch
        {
            { Arm: Arm.Stable, Count.IsStopped: true } => guard with { IsOnStable = true },
            { Arm: Arm.Stable } => before.Stores is [var first, ..] && first == word.Store
                ? guard with
                {
                    IsRefutedByStable = true,
                }
                : guard,
            { Count.IsStopped: true } => guard.Stores.Length < GuardWords.MostStores
            && !guard.Stores.Contains(word.Store, StringComparer.Ordinal)
                ? guard with
                {
                    Stores = guard.Stores.Add(word.Store),
                }
                : guard,
            _ => guard,
        };

    private static GuardWords Of(ConnectorRecord record, string flow) =>
        record.RunningAttempt?.Guards.GetValueOrDefault(flow) ?? new GuardWords();

    private static ConnectorRecord With(ConnectorRecord record, string flow, GuardWords guard)
    {
        var attempt = record.RunningAttempt!; // a guard belongs to one
        return Attempts.With(record, attempt with { Guards = attempt.Guards.SetItem(flow, guard) });
    }
}
