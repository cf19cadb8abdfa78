using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Runs;

namespace Operator.Planning.Steps;

/// <summary>Closes occasions of which nothing is left to plan or to wait for, once and for good, and counts what they missed.</summary>
internal static class Closing
{
    public static Draft Close(Draft draft)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            foreach (var occasion in plan.Occasions.Where(o => !o.IsClosed))
            {
                draft = IsOver(draft, flow, occasion) ? Close(draft, flow, occasion) : draft;
            }
        }
        return draft;
    }

    private static bool IsOver(Draft draft, string flow, Occasion occasion) =>
        occasion.Entries.All(e => e.Result is not null) && RunPlanning.Waiting(draft, flow, occasion).IsEmpty;

    private static Draft Close(Draft draft, string flow, Occasion occasion)
    {
        var plan = draft.Record.Plan(flow);
        var causes = Misses.Of(draft, flow, occasion);
        var missed = Misses.Sum(causes);
        var closed = plan with
        {
            Occasions = plan.Occasions.Replace(occasion, occasion with { IsClosed = true }),
            MissedStoreSyncs = plan.MissedStoreSyncs + missed.Total,
            MissedBy = plan.MissedBy.Plus(missed),
        };
        draft = Timelines.Close(draft, flow, occasion, causes);
        // A run-now or catch-up is no slot: it says nothing of the schedule, and makes no step older.
        var record = occasion.Order is null
            ? WithDwell(WithRound(draft, flow, closed, new Round(occasion, missed)), occasion, draft.Now)
            : draft.Record.With(flow, closed);
        return draft.Decide(record, $"{occasion.Id} of '{flow}' closed");
    }

    private sealed record Round(Occasion Occasion, MissedTally Missed);

    private static ConnectorRecord WithRound(Draft draft, string flow, FlowPlan closed, Round round)
    {
        var (occasion, missed) = round;
        var wasMissed = missed.Total > 0 && !occasion.Entries.Any(Misses.IsRun);
        return draft.Record.With(
            flow,
            closed with
            {
                MissedSlots = closed.MissedSlots + (wasMissed ? 1 : 0),
                Shortage = Capacity.Shortage(draft, flow, occasion, missed),
                Problem = ProblemOf(draft, flow, occasion),
            }
        );
    }

    /// <summary>
    /// One observed round adds the time since the last one to the step's dwell, but never more than its own period: neither an
    /// outage nor a clock can shorten a step.
    /// </summary>
    private static ConnectorRecord WithDwell(ConnectorRecord record, Occasion occasion, DateTimeOffset now)
    {
        if (record.RunningAttempt is not { PausedOn: null } attempt)
        {
            return record;
        }
        // Of a slot that opened before the step began, some stores ran what the step before had them run.
        var isOfStep = occasion.Attempt == attempt.Number && occasion.Stage == attempt.Stage;
        var wasObserved =
            isOfStep
            && occasion.Entries.Any(e => Misses.IsRun(e) && e.Attempt == attempt.Number && e.Stage == attempt.Stage);
        var elapsed = now - attempt.DwellMark;
        if (!wasObserved || elapsed <= TimeSpan.Zero)
        {
            return record;
        }
        var counted = attempt with
        {
            Dwelled = attempt.Dwelled + (elapsed < occasion.Period ? elapsed : occasion.Period),
            DwellMark = now,
        };
        return record with { Attempts = record.Attempts with { Current = counted } };
    }

    /// <summary>The first thing that went wrong on the stable arm, said so that the user knows what to change.</summary>
    private static RoundProblem? ProblemOf(Draft draft, string flow, Occasion occasion)
    {
        var stable = occasion.Entries.Where(e => e.Arm == Arm.Stable).ToList();
        var bad = stable.FirstOrDefault(e => e.Result is not RunResult.Succeeded);
        if (bad is null)
        {
            return null;
        }
        var image = draft.Record.Revisions.Find(bad.Revision)?.Sync.Image;
        return new RoundProblem
        {
            Reason = bad.Reason ?? Reasons.RunsFailing,
            Message = $"flow '{flow}', revision {bad.Revision} ({image}), {Stores(bad)}: {Advice(bad)}",
            IsTotal = !occasion.Entries.Any(e => e.Result == RunResult.Succeeded),
        };
    }

    private static string Stores(Entry entry) =>
        entry.Stores.Length == 1 ? $"store '{entry.Stores[0]}'" : $"a run of {entry.Stores.Length} stores";

    private static string Advice(Entry entry) =>
        entry.Reason switch
        {
            Reasons.ImageUnavailable =>
                "the image can't be pulled; correct spec.sync.image or the registry's credentials",
            Reasons.ContainerConfig =>
                "the container can't be configured; check the Secrets and ConfigMaps that spec.sync.env names",
            Reasons.ExitCode => "the worker ended with an error; see its log",
            Reasons.OutOfMemory => "the worker needs more memory; raise spec.sync.resources.limits.memory",
            Reasons.TimedOut => "the worker ran longer than the flow's timeout; raise it or lower maxStoresPerRun",
            Reasons.ReportUnreadable =>
                "the worker's report can't be read; it must be JSON of at most 4096 bytes with one entry a store of run.json",
            Reasons.ReportMissing => "the worker sent no report, though this flow has reported before",
            Reasons.Unschedulable => "no node has room for the pod; see its events",
            Reasons.NeverSeen => "the pod was planned and never seen",
            Reasons.QuotaExceeded =>
                "the namespace's ResourceQuota refuses sync pods; raise it or lower maxConcurrentRuns",
            Reasons.AdmissionDenied => "an admission webhook or policy refuses sync pods; see the operator's log",
            Reasons.PodsRefused => "the API server refuses sync pods; see the operator's log",
            Reasons.ForeignPod => "a pod that is not the operator's has the run's name; delete it",
            _ => $"{entry.Reason}; see the pod's events",
        };
}
