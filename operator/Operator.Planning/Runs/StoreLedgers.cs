using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Notes for each store of a run when it was last served and how its run ended.</summary>
internal static class StoreLedgers
{
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        var ledger = record.Ledger(run.Flow);
        var stores = ledger.Stores;
        for (var i = 0; i < run.Entry.Stores.Length; i++)
        {
            var store = run.Entry.Stores[i];
            var before = stores.GetValueOrDefault(store) ?? new StoreLedger();
            var after = After(before, run, run.Ending.Reports[i]);
            stores = after == before ? stores : stores.SetItem(store, after);
        }
        return record.With(run.Flow, ledger with { Stores = stores });
    }

    /// <summary>
    /// Removes stores that are no longer listed and were not served in the last two slots. A store that is soon listed again goes
    /// on where it was.
    /// </summary>
    public static FlowLedger Forget(FlowLedger ledger, FlowPlan plan, Func<string, bool> isListed)
    {
        var since = plan.NewestSlot?.SlotBefore;
        bool WasServed(StoreLedger store) => store.LastOkSlot >= since || store.LastRunSlot >= since;
        var gone = since is null
            ? []
            : ledger.Stores.Where(s => !isListed(s.Key) && !WasServed(s.Value)).Select(s => s.Key).ToList();
        return gone.Count == 0 ? ledger : ledger with { Stores = ledger.Stores.RemoveRange(gone) };
    }

    /// <summary>Returns <paramref name="before"/> when the run proves nothing about the store.</summary>
    private static StoreLedger After(StoreLedger before, RunEnded run, StoreReport? report)
    {
        // A store with more to do has not finished its slot: a later LastOkSlot would skip the rest of its backfill.
        if (report is { IsClean: true } || run.IsSilentSuccess)
        {
            return before with
            {
                FailingClass = null,
                FailingReason = null,
                LeftOutSince = null,
                IsLeftOutAgain = false,
                LastOkSlot = Later(before.LastOkSlot, run.Occasion.Slot),
                LastOkRevision = run.Entry.Revision,
                LastRunSlot = null,
            };
        }
        // A first run without progress on the next due time is no news of a store that gets nowhere.
        if (report is { HasMore: true, Ok: 0, Failed: 0 } && before.FailingReason == Reasons.NoProgress)
        {
            return before with { LastRunSlot = Later(before.LastRunSlot, run.Occasion.Slot) };
        }
        // A failed run of one store is that store's own failure. In a run of several stores, a store without a report
        // proves nothing.
        var isAlone = run.Entry.Stores.Length == 1 && run.Ending.Result == RunResult.Failed;
        return report is null && !isAlone
            ? LeftOut(before, run)
            : before with
            {
                FailingClass = (report is null ? run.Ending.ErrorClass : report.FailingClass)?.ToString(),
                FailingReason =
                    report is null ? run.Ending.Reason
                    : report.Stop is not null ? Reasons.GuardTripped
                    : report is { IsStalled: true, FailingClass: 'n' } ? Reasons.NoProgress
                    : null,
                LeftOutSince = null,
                IsLeftOutAgain = false,
                LastRunSlot = Later(before.LastRunSlot, run.Occasion.Slot),
            };
    }

    /// <summary>A run that ended badly says nothing of the stores that it did not reach.</summary>
    private static StoreLedger LeftOut(StoreLedger before, RunEnded run) =>
        run.Ending is not { Result: RunResult.Succeeded, HasReport: true } ? before
        : before.LeftOutSince is not { } since ? before with { LeftOutSince = run.Occasion.Slot }
        : run.Occasion.Slot > since ? before with { IsLeftOutAgain = true }
        : before;

    /// <summary>A long run-now may end after the run of a later slot.</summary>
    private static DateTimeOffset Later(DateTimeOffset? before, DateTimeOffset slot) =>
        before > slot ? before.Value : slot;
}
