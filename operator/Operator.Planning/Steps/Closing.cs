using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;

namespace Operator.Planning.Steps;

/// <summary>Closes occasions with nothing left to plan or to wait for, once, and counts their missed syncs.</summary>
internal static class Closing
{
    public static Draft Close(Draft draft, WaitingStores waiting, PodIndex pods)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            foreach (var occasion in plan.Occasions.Where(o => !o.IsClosed))
            {
                draft = IsOver(draft, flow, occasion, waiting)
                    ? Close(draft, flow, occasion, new Hindrances(waiting.HoldsOf(draft, flow), pods))
                    : draft;
            }
        }
        return draft;
    }

    private static bool IsOver(Draft draft, string flow, Occasion occasion, WaitingStores waiting) =>
        occasion.Entries.All(e => e.Result is not null) && waiting.Of(draft, flow, occasion).IsEmpty;

    private static Draft Close(Draft draft, string flow, Occasion opened, Hindrances hindrances)
    {
        draft = StorePlaces.Align(draft);
        var plan = draft.Record.Plan(flow);
        var occasion = plan.Find(opened.Id)!; // aligning changes only its row of due stores
        var causes = Misses.Of(draft, flow, occasion, hindrances);
        var missed = Misses.Sum(causes);
        var closed = Isolations.After(plan, occasion, IsolationRulesOf(draft, flow)) with
        {
            Occasions = plan.Occasions.Replace(occasion, CatchUps.Closed(occasion) with { IsClosed = true, Due = "" }),
            MissedStoreSyncs = plan.MissedStoreSyncs + missed.Total,
            MissedBy = plan.MissedBy.Plus(missed),
        };
        draft = Timelines.Close(draft, flow, occasion, causes);
        // A run-now or catch-up is not a slot: it adds nothing to the round.
        var record = occasion.Order is null
            ? WithRound(draft, flow, closed, new Round(occasion, missed))
            : draft.Record.With(flow, closed);
        record = occasion.IsSettled ? Settlements.Forget(record, flow, occasion) : record;
        return draft.Decide(RevisionTrust.AfterClosing(record, occasion), $"{occasion.Id} of '{flow}' closed");
    }

    private static IsolationRules IsolationRulesOf(Draft draft, string flow)
    {
        var record = draft.Record;
        return new IsolationRules(
            Math.Max(1, draft.Effective.FindListed(flow)?.MaxStoresPerRun ?? 1),
            revision => revision == record.Revisions.StableHash || revision == record.RunningAttempt?.Revision
        );
    }

    private sealed record Round(Occasion Occasion, MissedTally Missed);

    private static ConnectorRecord WithRound(Draft draft, string flow, FlowPlan closed, Round round)
    {
        var (occasion, missed) = round;
        var wasMissed = missed.Total > 0 && !occasion.Entries.Any(e => e.IsEvidence);
        return draft.Record.With(
            flow,
            closed with
            {
                MissedSlots = closed.MissedSlots + (wasMissed ? 1 : 0),
                Shortage = Capacity.Shortage(draft, flow, occasion, missed),
                Problem = RoundProblems.Of(draft, flow, occasion),
            }
        );
    }
}
