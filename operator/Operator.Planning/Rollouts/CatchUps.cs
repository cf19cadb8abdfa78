using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// What a version that was rolled back did is done again: each store that it handled runs once on stable, at once, and is told since
/// when. The debt is the store's until a run on stable has paid it, so that a catch-up that finds no place in time is made up for by
/// the next run.
/// </summary>
internal static class CatchUps
{
    /// <summary>Notes since when the candidate handles the stores of a run, or that they have done again what they owed.</summary>
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        // One that ended unseen may have run.
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
    /// The stores that the attempt's candidate handled, or does now, owe it all. Their live runs are waited for, so they are owed as a
    /// whole.
    /// </summary>
    public static ConnectorRecord Owe(ConnectorRecord record, Attempt attempt) =>
        record.Plans.Aggregate(record, (r, plan) => r.With(plan.Key, Owe(r.Ledger(plan.Key), plan.Value, attempt)));

    /// <summary>Of an attempt that ended, whatever it came to.</summary>
    public static ConnectorRecord Clear(ConnectorRecord record) =>
        record with
        {
            Ledgers = record.Ledgers.SetItems(
                record
                    .Ledgers.Where(l => l.Value.Stores.Values.Any(s => s.CandidateFrom is not null))
                    .Select(l => KeyValuePair.Create(l.Key, Clear(l.Value)))
            ),
        };

    /// <summary>Lets the stores that owe something run at once on stable.</summary>
    public static Draft Open(Draft draft, Attempt attempt) =>
        draft.Spec.Flows.Aggregate(draft, (d, flow) => Open(d, flow, attempt));

    public static bool IsOwed(FlowLedger ledger, ImmutableArray<string> stores) =>
        stores.Any(s => ledger.Stores.GetValueOrDefault(s)?.RedoFrom is not null);

    /// <summary>Of stores that are no longer there nothing is owed.</summary>
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
    /// A run does what came up since the store's last good one. Where there was none, what came up since the due time before.
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
            Retries = flow.Retries,
            Order = new RunOrder { Stores = stores },
        };
        var since = owing.Min(s => s.Value.RedoFrom!.Value); // filtered
        var message =
            $"{stores.Length} stores run at once on stable in flow '{flow.Name}', to do again what came up since {UtcText.Of(since)}";
        return draft
            .Decide(
                draft.Record.With(flow.Name, plan with { Occasions = plan.Occasions.Add(occasion) }),
                $"attempt {attempt.Number} is caught up with in flow '{flow.Name}'"
            )
            .Tell(EventTarget.Rollout, Reasons.CatchUp, message);
    }
}
