using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Adds each run of the running attempt's candidate to the evidence of the step in which the run was planned.</summary>
internal static class CandidateEvidence
{
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        var (entry, reports) = (run.Entry, run.Ending.Reports);
        if (
            !entry.IsEvidence
            || record.RunningAttempt is not { } attempt
            || (entry.Attempt, entry.Stage) != (attempt.Number, attempt.Stage)
        )
        {
            return record;
        }
        var ledger = record.Ledger(run.Flow);
        var sums = ledger.Evidence.For(attempt.Number, attempt.Stage);
        var read = reports.OfType<StoreReport>().ToList();
        var seen = entry.Stores.Where((_, i) => reports[i] is not null);
        var evidence = sums with
        {
            Runs = sums.Runs + 1,
            BadRuns = sums.BadRuns + (run.Ending.Result == RunResult.Failed ? 1 : 0),
            Stores = [.. sums.Stores.Union(seen, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            ItemsOk = sums.ItemsOk + read.Sum(r => r.Ok),
            ItemsFailed = sums.ItemsFailed + read.Sum(r => r.Counted),
            ItemsThrottled = sums.ItemsThrottled + read.Sum(r => r.Throttled),
        };
        return record.With(run.Flow, ledger with { Evidence = evidence });
    }
}
