using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// After a rollback, each store that the candidate handled runs once more on stable, at once. <c>redoFrom</c> in the run
/// file names the instant from which to redo the work. <see cref="StoreLedger.RedoFrom"/> stays set until a run on stable
/// has done the work, so the next run does it when the catch-up finds no place in time.
/// </summary>
internal static class CatchUps
{
    /// <summary>
    /// Notes from when the candidate handles the stores of a run, or clears <see cref="StoreLedger.RedoFrom"/> of stores
    /// that are done.
    /// </summary>
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        // A run whose pod was never seen (Lost) may have run.
        var isCandidates =
            record.RunningAttempt is { } attempt
            && run.Entry.Attempt == attempt.Number
            && run.Ending.Result != RunResult.NotStarted;
        if (!isCandidates && !run.Entry.IsRedo)
        {
            return record;
        }
        var ledger = record.Ledger(run.Flow);
        var stores = ledger.Stores;
        for (var i = 0; i < run.Entry.Stores.Length; i++)
        {
            var store = run.Entry.Stores[i];
            var past = stores.GetValueOrDefault(store) ?? new StoreLedger();
            var after =
                isCandidates ? past with { CandidateFrom = HandledFrom(past, run.Occasion) }
                : IsDone(run, run.Ending.Reports[i]) ? past with { RedoFrom = null }
                : past;
            stores = after == past ? stores : stores.SetItem(store, after);
        }
        return record.With(run.Flow, ledger with { Stores = stores });
    }

    /// <summary>
    /// Sets <see cref="StoreLedger.RedoFrom"/> for all stores that the attempt's candidate handled or handles now. Live
    /// candidate runs end by themselves, so all their stores are included.
    /// </summary>
    public static ConnectorRecord Owe(ConnectorRecord record, Attempt attempt) =>
        record.Plans.Aggregate(record, (r, plan) => r.With(plan.Key, Owe(r.Ledger(plan.Key), plan.Value, attempt)));

    /// <summary>Clears <see cref="StoreLedger.CandidateFrom"/> of all stores: the attempt has ended.</summary>
    public static ConnectorRecord Clear(ConnectorRecord record) =>
        record with
        {
            Ledgers = record.Ledgers.SetItems(
                record
                    .Ledgers.Where(l => l.Value.Stores.Values.Any(s => s.CandidateFrom is not null))
                    .Select(l => KeyValuePair.Create(l.Key, Clear(l.Value)))
            ),
        };

    /// <summary>Opens a catch-up occasion in each flow whose stores have work to redo.</summary>
    public static Draft Open(Draft draft, Attempt attempt) =>
        draft.Spec.Flows.Aggregate(draft, (d, flow) => Open(d, flow, attempt));

    public static bool IsOwed(FlowLedger ledger, ImmutableArray<string> stores) =>
        stores.Any(s => ledger.Stores.GetValueOrDefault(s)?.RedoFrom is not null);

    /// <summary>Clears <see cref="StoreLedger.RedoFrom"/> of stores that are no longer listed.</summary>
    public static FlowLedger Forget(FlowLedger ledger, Func<string, bool> isListed)
    {
        var gone = ledger.Stores.Where(s => s.Value.RedoFrom is not null && !isListed(s.Key)).ToList();
        return gone.Count == 0
            ? ledger
            : ledger with
            {
                Stores = ledger.Stores.SetItems(
                    gone.Select(s => KeyValuePair.Create(s.Key, s.Value with { RedoFrom = null }))
                ),
            };
    }

    private static bool IsDone(RunEnded run, StoreReport? report) =>
        report is { FailingClass: null, HasMore: false } || run.IsSilentSuccess;

    private static FlowLedger Owe(FlowLedger ledger, FlowPlan plan, Attempt attempt)
    {
        var stores = ledger.Stores.ToBuilder();
        foreach (var occasion in plan.Occasions)
        {
            var live = occasion.Entries.Where(e => e.Attempt == attempt.Number && e.Result is null);
            foreach (var store in live.SelectMany(e => e.Stores))
            {
                var past = stores.GetValueOrDefault(store) ?? new StoreLedger();
                stores[store] = past with { CandidateFrom = HandledFrom(past, occasion) };
            }
        }
        foreach (var (store, past) in stores.Where(s => s.Value.CandidateFrom is not null).ToList())
        {
            stores[store] = past with { RedoFrom = Earlier(past.CandidateFrom!.Value, past.RedoFrom) }; // filtered
        }
        return ledger with { Stores = stores.ToImmutable() };
    }

    /// <summary>
    /// From when the candidate handles the store: its last good slot, else the slot before the occasion, else the
    /// occasion's slot. The <c>since</c> of a RunNow counts when it is earlier.
    /// </summary>
    private static DateTimeOffset HandledFrom(StoreLedger past, Occasion occasion)
    {
        var from = past.CandidateFrom ?? past.LastOkSlot ?? occasion.SlotBefore ?? occasion.Slot;
        return Earlier(from, occasion.Order?.Since);
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset? b) => b < a ? b.Value : a;

    private static FlowLedger Clear(FlowLedger ledger) =>
        ledger with
        {
            Stores = ledger.Stores.SetItems(
                ledger
                    .Stores.Where(s => s.Value.CandidateFrom is not null)
                    .Select(s => KeyValuePair.Create(s.Key, s.Value with { CandidateFrom = null }))
            ),
        };

    private static Draft Open(Draft draft, Flow flow, Attempt attempt)
    {
        var owing = draft.Record.Ledger(flow.Name).Stores.Where(s => s.Value.RedoFrom is not null).ToList();
        var stores = owing.Select(s => s.Key).Where(draft.Roster.IsActive).ToImmutableArray();
        if (stores.IsEmpty)
        {
            return draft;
        }
        var plan = draft.Record.Plan(flow.Name);
        var occasion = new Occasion
        {
            Id = OccasionIds.CatchUp(attempt.Number),
            Slot = draft.Now,
            StartBy = draft.Now + flow.StartingDeadline.Value,
            StartTimeout = flow.StartTimeout,
            Timeout = flow.Timeout,
            Retries = flow.Retries,
            Order = new RunOrder { Stores = stores },
        };
        var since = owing.Min(s => s.Value.RedoFrom!.Value); // filtered
        var message =
            $"{stores.Length} stores run at once on stable in flow '{flow.Name}', to redo the work since {UtcText.Of(since)}";
        return draft
            .Decide(
                draft.Record.With(flow.Name, plan with { Occasions = plan.Occasions.Add(occasion) }),
                $"catch-up for attempt {attempt.Number} opens in flow '{flow.Name}'"
            )
            .Tell(EventTarget.Rollout, Reasons.CatchUp, message);
    }
}
