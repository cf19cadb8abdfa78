using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;

namespace Operator.Planning.Steps;

/// <summary>
/// Settles each occasion of the running attempt once: when its first runs have ended, and no store of the cohort can have another. Occasions of a
/// flow are settled in the order in which they were planned; one that takes longer holds up the later ones. Retries and <c>more</c> come later
/// and are no evidence. Once a failure is proven no more is settled until it is acted on: how many occasions a plan settles depends on when it is
/// made, and the verdict must not.
/// </summary>
internal static class Settlements
{
    public static Draft Settle(Draft draft, WaitingStores waiting)
    {
        draft = Trials.BeginMissing(draft);
        foreach (var flow in draft.Record.Trials.Flows.Keys)
        {
            foreach (var id in Unsettled(draft.Record, flow).Select(o => o.Id).ToList())
            {
                var occasion = draft.Record.Plan(flow).Find(id)!; // listed one line above
                if (!IsOver(draft, flow, occasion, waiting))
                {
                    break;
                }
                if (Assessment.IsProven(draft))
                {
                    return draft;
                }
                draft = Settle(draft, flow, occasion);
            }
        }
        return draft;
    }

    /// <summary>The judge still has to take the occasion's runs, so it stays in the record.</summary>
    public static bool IsAwaited(ConnectorRecord record, string flow, Occasion occasion) =>
        record.RunningAttempt is { } attempt
        && occasion.Attempt == attempt.Number
        && occasion is { IsSettled: false, Kind: not OccasionKind.CatchUp }
        && record.Trials.Flows.ContainsKey(flow);

    private static IEnumerable<Occasion> Unsettled(ConnectorRecord record, string flow) =>
        record.Plan(flow).Occasions.Where(o => IsAwaited(record, flow, o));

    /// <summary>Runs outside the cohort are not awaited: those that have ended by then count.</summary>
    private static bool IsOver(Draft draft, string flow, Occasion occasion, WaitingStores waiting)
    {
        var attempt = draft.Record.RunningAttempt!; // its occasion is asked for
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        var isLive = FirstRuns.Entries(occasion).Any(e => e.Result is null && !FirstRuns.IsOutside(e, cohort.Contains));
        if (isLive)
        {
            return false;
        }
        var ran = occasion.Entries.SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);
        return !waiting.Of(draft, flow, occasion).Any(s => cohort.Contains(s) && !ran.Contains(s));
    }

    private static Draft Settle(Draft draft, string flow, Occasion occasion)
    {
        var record = Guards.Settle(Trials.Settle(draft, flow, occasion), flow, occasion);
        var plan = record.Plan(flow);
        var settled = occasion with
        {
            IsSettled = true,
            Entries = [.. occasion.Entries.Select(e => e.Counts.Length == 0 ? e : e with { Counts = "" })],
        };
        record = record.With(flow, plan with { Occasions = plan.Occasions.Replace(occasion, settled) });
        record = occasion.IsClosed ? Forget(record, flow, occasion) : record;
        record = TimeCountedBy(draft) is { } rollout
            ? Dwell.After(record, RoundOf(draft, rollout, flow, occasion))
            : record;
        return EvidenceDeadline.NotePassed(draft, draft.Decide(record, $"{occasion.Id} of '{flow}' is settled"));
    }

    /// <summary>
    /// The stores that ran again after their first run on the occasion: their next run says nothing of the coin before. To be called when the
    /// occasion is both settled and closed.
    /// </summary>
    public static ConnectorRecord Forget(ConnectorRecord record, string flow, Occasion occasion) =>
        Trials.Forget(record, flow, FirstRuns.RanLast(record.Plan(flow), occasion));

    /// <summary>
    /// Null: the rollout can't be followed, or the connector is suspended, so no store gets the candidate and all clocks stand still.
    /// </summary>
    private static RolloutSpec? TimeCountedBy(Draft draft) => draft.Spec.Suspend ? null : draft.Policy?.Spec;

    private static SettledRound RoundOf(Draft draft, RolloutSpec rollout, string flow, Occasion occasion)
    {
        var attempt = draft.Record.RunningAttempt!; // its occasion is settled
        var judged = CohortPlaces.JudgedNames(draft, attempt).ToImmutableArray();
        return new SettledRound(flow, occasion, Trials.Find(draft.Record, flow) ?? TrialSight.None, draft.Now)
        {
            Judged = judged,
            IsEvidenceAwaited =
                !judged.Any(f => draft.Suspended.HeldUntil(f) > draft.Now)
                && EvidenceDeadline.IsAwaited(Assessment.Of(draft, attempt, rollout)),
        };
    }
}
