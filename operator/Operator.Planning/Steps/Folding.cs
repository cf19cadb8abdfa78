using System.Collections.Immutable;
using Operator.Api;
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
/// Folds every ended run into the record, once: one event, which each part of the record takes in turn. Only a pause that begins
/// or ends forces a commit: until the next commit the same pods fold to the same result.
/// </summary>
internal static class Folding
{
    public static Draft Fold(Draft draft, PodIndex pods)
    {
        var before = draft.Record.Pauses;
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            foreach (var (occasion, entry) in plan.Occasions.SelectMany(o => o.Entries.Select(e => (o, e))))
            {
                draft = entry.Result is null ? Fold(draft, new LiveRun(flow, occasion, entry), pods) : draft;
            }
        }
        draft = draft with { Record = CommonPauses.Begin(draft.Record, draft.Effective, draft.Now) };
        return CommitBeforeDeletion(TellStops(PauseNotes.Commit(draft, before)), pods);
    }

    /// <summary>A pod that only sidecars keep alive is deleted, so its report must be in the record first.</summary>
    private static Draft CommitBeforeDeletion(Draft draft, PodIndex pods)
    {
        var kept = draft.Folded.Count(f => pods.Find(f.Flow, f.Occasion, f.Entry) is { IsKeptBySidecar: true });
        return kept == 0 ? draft : draft.Decide(draft.Record, $"{kept} runs have ended and only sidecars still run");
    }

    /// <summary>A guard of a worker's own tripped: people want to know at once, whatever follows from it.</summary>
    private static Draft TellStops(Draft draft)
    {
        foreach (var run in draft.Folded)
        {
            for (var i = 0; i < run.Entry.Stores.Length; i++)
            {
                if (run.Ending.Reports[i] is { Stop: { } why })
                {
                    var arm = run.Entry.Arm == Arm.Candidate ? "the candidate" : "stable";
                    var message =
                        $"Flow '{run.Flow}': the worker stopped store '{run.Entry.Stores[i]}' on {arm}: {why}";
                    draft = draft
                        .Decide(draft.Record, $"a guard of '{run.Flow}' tripped")
                        .Tell(EventTarget.Connector, Reasons.GuardTripped, message, isWarning: true);
                    break;
                }
            }
        }
        return draft;
    }

    private sealed record LiveRun(string Flow, Occasion Occasion, Entry Entry);

    /// <summary>
    /// One poisoned run never stops the others: an ended run whose fold throws is folded again without anything that its pod
    /// wrote.
    /// </summary>
    private static Draft Fold(Draft draft, LiveRun run, PodIndex pods)
    {
        var pod = pods.Find(run.Flow, run.Occasion, run.Entry);
        // Only a running container fills a disk, though its kubelet may tell nothing of it.
        if (pod is { HasStarted: true } || (pod is not null && PodTroubles.IsOverOwnDisk(pod)))
        {
            draft = draft with { Record = RevisionTrust.AfterStart(draft.Record, run.Entry) };
            draft = ImageIds.After(draft, run.Entry, pod);
        }
        var podName = PodNames.Of(
            draft.Seen.Connector.Metadata.Name,
            draft.Record.Id,
            run.Flow,
            run.Occasion.Id,
            run.Entry.Index
        );
        RunEnded Ended(RunEnding ending) =>
            new(run.Flow, run.Occasion, Folded(run, ending, draft.Now), ending, podName);
        try
        {
            var ending = EndingOf(draft, run, pods, podName);
            return ending is null ? draft : After(draft, Ended(ending));
        }
        catch (Exception fault) when (pod is not null && PodIndex.HasEnded(pod))
        {
            return After(draft, Ended(RunEndings.OfFault(run.Entry, fault)));
        }
    }

    /// <summary>How the run ended; null while it is live.</summary>
    private static RunEnding? EndingOf(Draft draft, LiveRun run, PodIndex pods, string podName) =>
        IdleRuns.Judge(draft.Record.Plan(run.Flow).Find(run.Occasion.Id), run.Entry, Told(draft, run, pods, podName));

    private static RunEnding? Told(Draft draft, LiveRun run, PodIndex pods, string podName)
    {
        var pod = pods.Find(run.Flow, run.Occasion, run.Entry);
        if (pod is null && pods.FindEdited(run.Flow, run.Occasion, run.Entry) is { } edited)
        {
            return RunEndings.OfEdited(draft.Record, run.Entry, edited, draft.Seen);
        }
        if (pod is null)
        {
            return pods.IsTaken(podName)
                ? UncreatedPods.OfTakenName(run.Entry)
                : UncreatedPods.OfUnseen(run.Occasion, run.Entry, podName, draft.Seen);
        }
        var facts = new RunFacts(
            draft.Record.Plan(run.Flow).HasReported,
            draft.Record.Revisions.Find(run.Entry.Revision) is { HasStarted: true }
        )
        {
            TerminationGrace = draft.Record.GraceOf(run.Entry),
            Timeout = TimeoutOf(draft, run),
        };
        return RunEndings.Of(run.Entry, pod, facts, draft.Seen);
    }

    private static TimeSpan? TimeoutOf(Draft draft, LiveRun run)
    {
        var flow = draft.Spec.FindFlow(run.Flow) ?? new Flow { Name = run.Flow };
        return Expiry.AsOpened(flow, run.Occasion).Timeout.TryGet(out var timeout) ? timeout : null;
    }

    private static Entry Folded(LiveRun run, RunEnding ending, DateTimeOffset now) =>
        run.Entry with
        {
            Result = ending.Result,
            EndedAt = now,
            Reason = ending.Reason,
            Detail = ending.Result == RunResult.Succeeded ? null : ForeignText.Cut(ending.Detail, Entry.MostDetail),
            IsUnstarted =
                ending is { Result: RunResult.Infra, HasStarted: false }
                && !ContainerWaits.IsBeforeStart(ending.Reason),
            NotReached = NotReached(run.Entry, ending),
            FailedStores = Those(run.Entry, ending, IsWorthAnotherTry),
            // One that the worker stopped runs at its next due time.
            MoreStores = Those(run.Entry, ending, r => r is { HasMore: true, Stop: null }),
            Outcomes = OutcomeLetters.Pack(RunOutcomes.Of(run.Entry, ending)),
        };

    /// <summary>What the judge will ask for, when all first runs of the occasion have ended. Of runs outside the cohort, the sum.</summary>
    private static RunEnded WithCounts(ConnectorRecord record, RunEnded run)
    {
        if (!Settlements.IsAwaited(record, run.Flow, run.Occasion))
        {
            return run;
        }
        var isOfCohort = run.Entry.Coin is not null || run.Entry.Arm == Arm.Candidate;
        var counts = isOfCohort ? RunCounts.Pack(run.Ending, FirstRuns.IsLate(run)) : RunCounts.PackSum(run.Ending);
        return run with { Entry = run.Entry with { Counts = counts } };
    }

    /// <summary>A run that ends with exit 0 in a flow that never reported has reached every store.</summary>
    private static ImmutableArray<string> NotReached(Entry entry, RunEnding ending) =>
        ending is { Result: RunResult.Succeeded, HasReport: false }
            ? []
            : [.. entry.Stores.Where((_, i) => ending.Reports[i] is null)];

    private static ImmutableArray<string> Those(Entry entry, RunEnding ending, Func<StoreReport, bool> isOne) =>
        [.. entry.Stores.Where((_, i) => ending.Reports[i] is { } report && isOne(report))];

    /// <summary>
    /// A new try makes throttling worse, a store that cannot authenticate has its own pauses, and one that the worker stopped runs at its
    /// next due time.
    /// </summary>
    private static bool IsWorthAnotherTry(StoreReport report) =>
        report is { Stop: null, FailingClass: not (null or 't' or AuthPauses.AuthClass) };

    /// <summary>
    /// Each part of the record takes what it keeps.
    /// </summary>
    private static Draft After(Draft draft, RunEnded ended)
    {
        var run = WithCounts(draft.Record, ended);
        var record = RevisionTrust.After(draft.Record, run);
        record = Guards.After(record, run);
        record = Debts.After(record, run);
        record = StoreLedgers.After(record, run);
        record = FlowPlans.After(record, run);
        record = QuotaCorrections.After(record, run, draft.Effective.Quotas);
        record = AuthPauses.After(record, run, draft.Effective);
        return CandidateRefusals.After(draft with { Record = record, Folded = draft.Folded.Add(run) }, run);
    }
}
