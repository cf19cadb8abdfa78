using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;
using Operator.Planning.Stores;

namespace Operator.Planning.Steps;

/// <summary>
/// Folds every run that has ended into the plan and the ledger, once. It forces no commit of its own: until the next one the
/// same pods fold to the same sums again.
/// </summary>
internal static class Folding
{
    public static Draft Fold(Draft draft, PodIndex pods)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            foreach (var occasion in plan.Occasions)
            {
                foreach (var entry in occasion.Entries.Where(e => e.Result is null))
                {
                    draft = FoldEntry(draft, new RunKey(flow, occasion, entry), pods);
                }
            }
        }
        return draft;
    }

    private sealed record RunKey(string Flow, Occasion Occasion, Entry Entry);

    private static Draft FoldEntry(Draft draft, RunKey run, PodIndex pods)
    {
        var pod = pods.Find(run.Flow, run.Occasion, run.Entry);
        var ending = Ending(draft, run, pod, pods);
        if (pod is { Container: not ContainerSight.Waiting })
        {
            draft = draft with { Record = MarkStarted(draft.Record, run.Entry) };
        }
        if (ending is null)
        {
            return draft;
        }
        var folded = run.Entry with
        {
            Result = ending.Result,
            EndedAt = draft.Now,
            Reason = ending.Reason,
            NotReached = NotReached(run.Entry, ending),
            FailedStores = Those(run.Entry, ending, r => r.FailingClass is { } c && IsWorthAnotherTry(c)),
            MoreStores = Those(run.Entry, ending, r => r.HasMore),
            Outcomes = OutcomeLetters.Pack(RunOutcomes.Of(run.Entry, ending)),
        };
        var plan = WithOutcome(draft.Record.Plan(run.Flow), run, folded, ending, draft.Now);
        var ledger = WithReports(draft.Record.Ledger(run.Flow), run, ending, draft.Record.RunningAttempt);
        ledger = ledger with
        {
            Evidence = WithEvidence(ledger.Evidence, draft.Record.RunningAttempt, run.Entry, ending),
        };
        draft = draft with
        {
            Record = MarkProven(draft.Record, run.Entry, ending).With(run.Flow, plan).With(run.Flow, ledger),
            Folded = draft.Folded.Add(new EndedRun(run.Flow, run.Occasion.Id, folded, ending, PodName(draft, run))),
        };
        return QuotaCorrections.After(AuthPauses.After(draft, run.Entry, ending), run.Entry, ending);
    }

    private static RunEnding? Ending(Draft draft, RunKey run, ObservedPod? pod, PodIndex pods)
    {
        if (pod is not null)
        {
            var facts = new RunFacts(
                draft.Record.Plan(run.Flow).HasReported,
                draft.Record.Revisions.Find(run.Entry.Revision) is { HasStarted: true }
            )
            {
                TerminationGrace = draft.Record.GraceOf(run.Entry),
            };
            return RunEndings.Of(run.Entry, pod, facts, draft.Seen);
        }
        var podName = PodName(draft, run);
        return pods.IsTaken(podName)
            ? RunEndings.OfTakenName(run.Entry)
            : RunEndings.OfUnseen(run.Entry, podName, draft.Seen);
    }

    private static string PodName(Draft draft, RunKey run) =>
        PodNames.Of(draft.Seen.Connector.Metadata.Name, draft.Record.Id, run.Flow, run.Occasion.Id, run.Entry.Index);

    /// <summary>An image that ran once exists: of the revision, and of the attempt that waits for its pilot.</summary>
    private static ConnectorRecord MarkStarted(ConnectorRecord record, Entry entry)
    {
        var revision = record.Revisions.Find(entry.Revision);
        if (revision is { HasStarted: false })
        {
            var items = record.Revisions.Items.Replace(revision, revision with { HasStarted = true });
            record = record with { Revisions = record.Revisions with { Items = items } };
        }
        if (record.RunningAttempt is { HasStarted: false } attempt && attempt.Number == entry.Attempt)
        {
            record = record with { Attempts = record.Attempts with { Current = attempt with { HasStarted = true } } };
        }
        return record;
    }

    private static ConnectorRecord MarkProven(ConnectorRecord record, Entry entry, RunEnding ending) =>
        ending.Result == RunResult.Succeeded
        && !record.Revisions.StableIsProven
        && string.Equals(entry.Revision, record.Revisions.StableHash, StringComparison.Ordinal)
            ? record with
            {
                Revisions = record.Revisions with { StableIsProven = true },
            }
            : record;

    /// <summary>Exit 0 without a report, of a flow that never sent one, reached every store.</summary>
    private static ImmutableArray<string> NotReached(Entry entry, RunEnding ending) =>
        ending is { Result: RunResult.Succeeded, HasReport: false }
            ? []
            : [.. entry.Stores.Where((_, i) => ending.Stores[i] is null)];

    private static ImmutableArray<string> Those(Entry entry, RunEnding ending, Func<StoreReport, bool> isOne) =>
        [.. entry.Stores.Where((_, i) => ending.Stores[i] is { } report && isOne(report))];

    /// <summary>Not for being throttled, which another try makes worse, nor for being locked out, which has its own pauses.</summary>
    private static bool IsWorthAnotherTry(char errorClass) => errorClass is not ('t' or AuthPauses.AuthClass);

    private static FlowPlan WithOutcome(FlowPlan plan, RunKey run, Entry folded, RunEnding ending, DateTimeOffset now)
    {
        var occasion = plan.Occasions.First(o => string.Equals(o.Id, run.Occasion.Id, StringComparison.Ordinal));
        var updated = occasion with { Entries = occasion.Entries.SetItem(folded.Index, folded) };
        var isClean =
            ending.Result == RunResult.Succeeded
            && folded.NotReached.IsEmpty
            && ending.Stores.All(s => s is null or { Counted: 0 });
        return plan with
        {
            Occasions = plan.Occasions.Replace(occasion, updated),
            HasReported = plan.HasReported || ending.HasReport,
            LastSuccess = isClean ? now : plan.LastSuccess,
            TypicalRun = Typical(plan.TypicalRun, ending.Took),
            Isolated = Isolations.After(plan.Isolated, occasion, folded, ending),
        };
    }

    /// <summary>Each run weighs an eighth.</summary>
    private static TimeSpan? Typical(TimeSpan? before, TimeSpan? took) =>
        took is { } now && before is { } mean ? mean + ((now - mean) / 8) : took ?? before;

    private static FlowLedger WithReports(FlowLedger ledger, RunKey run, RunEnding ending, Attempt? attempt)
    {
        var stores = ledger.Stores;
        for (var i = 0; i < run.Entry.Stores.Length; i++)
        {
            var store = run.Entry.Stores[i];
            var before = stores.GetValueOrDefault(store) ?? new StoreLedger();
            var ended = new EndedStore(attempt, run.Occasion, run.Entry, ending, ending.Stores[i]);
            var after = CatchUps.After(before, After(before, run, ending, ending.Stores[i]), ended);
            if (after != before)
            {
                stores = stores.SetItem(store, after);
            }
        }
        return ledger with { Stores = stores };
    }

    /// <summary>Of a store whose own run ended badly: out of time, or internal.</summary>
    internal static char ClassOf(RunEnding ending) =>
        string.Equals(ending.Reason, Reasons.TimedOut, StringComparison.Ordinal) ? 'x' : 'n';

    /// <summary>The same when the run says nothing of the store.</summary>
    private static StoreLedger After(StoreLedger before, RunKey run, RunEnding ending, StoreReport? report)
    {
        var isOk = report is { Failed: 0 } || ending is { Result: RunResult.Succeeded, HasReport: false };
        if (isOk)
        {
            return before with
            {
                FailingClass = null,
                LastOkSlot = Later(before.LastOkSlot, run.Occasion.Slot),
                LastOkRevision = run.Entry.Revision,
                LastRunSlot = null,
            };
        }
        // A run of one store that ended badly had no neighbour to blame.
        var isAlone = run.Entry.Stores.Length == 1 && ending.Result == RunResult.Failed;
        return report is null && !isAlone
            ? before
            : before with
            {
                FailingClass = (report is null ? ClassOf(ending) : report.FailingClass)?.ToString(),
                LastRunSlot = Later(before.LastRunSlot, run.Occasion.Slot),
            };
    }

    /// <summary>A run-now that was long in coming may end after a slot that came later.</summary>
    private static DateTimeOffset Later(DateTimeOffset? before, DateTimeOffset slot) =>
        before > slot ? before.Value : slot;

    private static StepEvidence WithEvidence(StepEvidence evidence, Attempt? attempt, Entry entry, RunEnding ending)
    {
        var isEvidence = ending.Result is RunResult.Succeeded or RunResult.Failed;
        if (!isEvidence || attempt is null || entry.Attempt != attempt.Number || entry.Stage != attempt.Stage)
        {
            return evidence;
        }
        var sums = evidence.For(attempt.Number, attempt.Stage);
        var reports = ending.Stores.OfType<StoreReport>().ToList();
        var seen = entry.Stores.Where((_, i) => ending.Stores[i] is not null);
        return sums with
        {
            Runs = sums.Runs + 1,
            BadRuns = sums.BadRuns + (ending.Result == RunResult.Failed ? 1 : 0),
            Stores = [.. sums.Stores.Union(seen, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            ItemsOk = sums.ItemsOk + reports.Sum(r => r.Ok),
            ItemsFailed = sums.ItemsFailed + reports.Sum(r => r.Counted),
            ItemsThrottled = sums.ItemsThrottled + reports.Sum(r => r.Throttled),
        };
    }
}
