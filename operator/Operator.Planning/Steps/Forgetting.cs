using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Steps;

/// <summary>Removes what the record no longer needs. Only the removal of a flow forces a commit.</summary>
internal static class Forgetting
{
    public static Draft Forget(Draft draft, PodIndex pods)
    {
        draft = Quotas(Orders(Flows(Occasions(draft, pods))));
        return draft with { Record = Attempts.Trim(draft.Record) };
    }

    /// <summary>
    /// Removes closed occasions whose pods are gone, except the newest slot. A pod that only a finalizer of others keeps counts as gone:
    /// else the record would grow as long as it does.
    /// </summary>
    private static Draft Occasions(Draft draft, PodIndex pods)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            var forgotten = plan
                .Occasions.Where(o =>
                    o.IsClosed
                    && !Settlements.IsAwaited(draft.Record, flow, o)
                    && o.Id != plan.NewestSlot?.Id
                    && draft.Seen.IsPastLateArrival(o)
                    && !o.Entries.Any(e => pods.Find(flow, o, e) is { IsGone: false } pod && !HeldPods.IsHeld(pod))
                )
                .ToList();
            if (forgotten.Count > 0)
            {
                var updated = plan with { Occasions = plan.Occasions.RemoveRange(forgotten) };
                draft = draft with { Record = draft.Record.With(flow, updated) };
            }
        }
        return draft;
    }

    /// <summary>Removes a flow that the spec no longer lists when none of its runs is live.</summary>
    private static Draft Flows(Draft draft)
    {
        var listed = draft.Effective.ListedFlows.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var gone = draft
            .Record.Plans.Where(p => !listed.Contains(p.Key) && p.Value.Entries.All(e => e.Result is not null))
            .Select(p => p.Key)
            .ToList();
        return gone.Count == 0
            ? draft
            : draft.Decide(
                draft.Record with
                {
                    Plans = draft.Record.Plans.RemoveRange(gone),
                    Ledgers = draft.Record.Ledgers.RemoveRange(gone),
                    Chunks = draft.Record.Chunks.RemoveRange(gone),
                    Outcomes = Timelines.Forget(draft.Record.Outcomes, gone),
                },
                $"flows {string.Join(", ", gone)} are no longer listed"
            );
    }

    /// <summary>
    /// Removes ended suspensions once every due time before their end is closed and none can still open, and lifts that
    /// lift nothing any more.
    /// </summary>
    internal static Draft Orders(Draft draft)
    {
        var orders = draft.Record.Actions.Orders;
        var kept = orders.RemoveAll(o => !o.IsLift && IsPast(draft, o));
        for (var i = kept.Length - 1; i >= 0; i--)
        {
            var order = kept[i];
            if (order.IsLift && !kept.Take(i).Any(o => !o.IsLift && o.Overlaps(order)))
            {
                kept = kept.RemoveAt(i);
            }
        }
        return kept.Length == orders.Length
            ? draft
            : draft with
            {
                Record = draft.Record with { Actions = draft.Record.Actions with { Orders = kept } },
            };
    }

    /// <summary>
    /// Removes full buckets and past days of APIs that no flow uses: nobody draws from them any more. What is used up stays, because
    /// a flow may use the API again.
    /// </summary>
    private static Draft Quotas(Draft draft)
    {
        var book = draft.Record.Quotas;
        foreach (var (api, unused) in book.Apis.Where(a => draft.Effective.Quotas.Find(a.Key) is null))
        {
            book = book.With(api, unused.Trimmed(draft.Now));
        }
        return book == draft.Record.Quotas ? draft : draft with { Record = draft.Record with { Quotas = book } };
    }

    private static bool IsPast(Draft draft, SuspensionOrder order) =>
        order.Until is { } end
        && end <= draft.Now
        && draft
            .Record.Plans.Where(p => order.HasFlow(p.Key))
            .All(p => p.Value.LastSlot >= end && p.Value.Occasions.All(o => o.IsClosed || o.Slot >= end));
}
