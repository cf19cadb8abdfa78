using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// What stores owe after an attempt that ended without promotion, however it ended: the work of each due time that its candidate
/// handled. A debt belongs to the store and the flow, so whichever run comes next is told, and it stays until one has done the work.
/// </summary>
internal static class Debts
{
    /// <summary>Notes what the run handled for a candidate, and what it has redone.</summary>
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        if (run.Entry is { Attempt: 0, IsRedo: false })
        {
            return record;
        }
        var ledger = record.Ledger(run.Flow);
        var (stores, role) = (ledger.Stores, RoleOf(record, run.Entry));
        for (var i = 0; i < run.Entry.Stores.Length; i++)
        {
            var store = run.Entry.Stores[i];
            var past = stores.GetValueOrDefault(store) ?? new StoreLedger();
            var isDone = run.Entry.IsRedo && !past.IsUntold && IsDone(run, run.Ending.Reports[i]);
            var after = After(past, run, role, isDone) with { IsUntold = false };
            stores = after == past ? stores : stores.SetItem(store, after);
        }
        return record.With(run.Flow, ledger with { Stores = stores });
    }

    /// <summary>
    /// The attempt ended without promotion: all stores that its candidate handled or handles now owe. Live candidate runs end by
    /// themselves, so all their stores are included.
    /// </summary>
    public static ConnectorRecord Owe(ConnectorRecord record, Attempt attempt) =>
        Each(
            record.Plans.Aggregate(
                record,
                (r, plan) => r.With(plan.Key, OfLive(r.Ledger(plan.Key), plan.Value, attempt))
            ),
            s => s.CandidateFrom is not null || s.IsRedone,
            s =>
                s with
                {
                    RedoFrom = Earliest(s.CandidateFrom, s.RedoFrom),
                    RedoSince = s.CandidateFrom is null ? s.RedoSince : null,
                    CandidateFrom = null,
                    IsRedone = false,
                }
        );

    /// <summary>The attempt's candidate was promoted: what it has done and redone counts.</summary>
    public static ConnectorRecord Settle(ConnectorRecord record) =>
        Each(
            record,
            s => s.CandidateFrom is not null || s.IsRedone,
            s => (s.IsRedone ? Paid(s) : s) with { CandidateFrom = null }
        );

    public static bool IsOwed(FlowLedger ledger, string store) =>
        ledger.Stores.GetValueOrDefault(store)?.RedoFrom is not null;

    public static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    private enum Role
    {
        /// <summary>A run on stable, or of a candidate that was promoted since.</summary>
        Stable,

        /// <summary>A run of the running attempt's candidate.</summary>
        Candidate,

        /// <summary>A run of a candidate whose attempt ended without promotion.</summary>
        TakenBack,
    }

    private static Role RoleOf(ConnectorRecord record, Entry entry) =>
        entry.Attempt == 0 || entry.Revision == record.Revisions.StableHash ? Role.Stable
        : entry.Attempt == record.RunningAttempt?.Number ? Role.Candidate
        : Role.TakenBack;

    private static StoreLedger After(StoreLedger past, RunEnded run, Role role, bool isDone) =>
        role switch
        {
            Role.Stable => isDone ? Paid(past) : past,
            Role.Candidate => past with
            {
                CandidateFrom = MayHaveRun(run)
                    ? Earliest(past.CandidateFrom, HandledFrom(run.Occasion))
                    : past.CandidateFrom,
                IsRedone = past.IsRedone || isDone,
            },
            Role.TakenBack => past.RedoFrom is null ? past : past with { RedoSince = run.At },
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static StoreLedger Paid(StoreLedger store) =>
        store with
        {
            RedoFrom = null,
            RedoSince = null,
            IsRedone = false,
            IsUntold = false,
        };

    /// <summary>A crash may have come after half of a store's work, and a run that ended unseen may have run.</summary>
    private static bool MayHaveRun(RunEnded run) =>
        run.Ending.Result != RunResult.NotStarted && !UncreatedPods.IsNotCreated(run.Entry);

    private static bool IsDone(RunEnded run, StoreReport? report) =>
        report is { FailingClass: null, HasMore: false } || run.IsSilentSuccess;

    /// <summary>The occasion's due time; the <c>since</c> of a RunNow when it is earlier.</summary>
    private static DateTimeOffset HandledFrom(Occasion occasion) =>
        occasion.Order?.Since is { } since && since < occasion.Slot ? since : occasion.Slot;

    private static FlowLedger OfLive(FlowLedger ledger, FlowPlan plan, Attempt attempt)
    {
        var stores = ledger.Stores.ToBuilder();
        foreach (var occasion in plan.Occasions)
        {
            var live = occasion.Entries.Where(e => e.Attempt == attempt.Number && e.Result is null);
            foreach (var store in live.SelectMany(e => e.Stores))
            {
                var past = stores.GetValueOrDefault(store) ?? new StoreLedger();
                stores[store] = past with { CandidateFrom = Earliest(past.CandidateFrom, HandledFrom(occasion)) };
            }
        }
        var told = plan.Entries.Where(e => e is { Result: null, IsRedo: true }).SelectMany(e => e.Stores);
        foreach (var store in told.Where(s => stores.GetValueOrDefault(s)?.CandidateFrom is not null))
        {
            stores[store] = stores[store] with { IsUntold = true };
        }
        return ledger with { Stores = stores.ToImmutable() };
    }

    /// <summary>Changes the stores of all flows that are meant.</summary>
    private static ConnectorRecord Each(
        ConnectorRecord record,
        Func<StoreLedger, bool> isMeant,
        Func<StoreLedger, StoreLedger> change
    )
    {
        foreach (var (flow, ledger) in record.Ledgers)
        {
            var meant = ledger.Stores.Where(s => isMeant(s.Value)).ToList();
            record =
                meant.Count == 0
                    ? record
                    : record.With(
                        flow,
                        ledger with
                        {
                            Stores = ledger.Stores.SetItems(
                                meant.Select(s => KeyValuePair.Create(s.Key, change(s.Value)))
                            ),
                        }
                    );
        }
        return record;
    }
}
