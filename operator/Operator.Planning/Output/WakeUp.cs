using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Stores;

namespace Operator.Planning.Output;

/// <summary>The next instant at which time alone changes the plan: a slot, a deadline, a pod to prune.</summary>
internal static class WakeUp
{
    /// <summary>The shortest time to a wake-up, so that there is no hot loop.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    /// <summary>ConfigMaps are not watched, so while content can't be formed they are read again after this time.</summary>
    private static readonly TimeSpan UnformedRetry = TimeSpan.FromSeconds(15);

    public static DateTimeOffset? At(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        var next = Instants(draft, pods, waiting).Where(at => at > draft.Now).Select(at => (DateTimeOffset?)at).Min();
        var least = draft.Now + Least;
        return next < least ? least : next;
    }

    /// <summary>The end of the claim of this plan's commit. While the connector is refused, nothing is due by this operator.</summary>
    public static DateTimeOffset ClaimEnds(Draft draft) =>
        Charges.FreshUntil(
            draft.Now,
            draft.Seen.ConnectorFindings.IsEmpty
                ? draft.Spec.Flows.Select(f => Occasions.NextSlot(draft, f)).Min()
                : draft.Now
        );

    private static IEnumerable<DateTimeOffset> Instants(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        if (draft.Seen.Desired is DesiredContent.Unformed)
        {
            yield return draft.Now + UnformedRetry;
        }
        if (Charges.RenewAt(draft.Seen) is { } renewal)
        {
            yield return renewal;
        }
        if (draft.NextDue is { } due)
        {
            yield return due;
        }
        foreach (var until in draft.Record.Actions.Orders.Select(o => o.Until).OfType<DateTimeOffset>())
        {
            yield return until;
        }
        foreach (var drop in draft.Record.Stores.Drops)
        {
            yield return drop.At + StoreDrops.Told;
        }
        foreach (var stray in pods.Strays.Where(p => !PodIndex.HasEnded(p)))
        {
            yield return StrayPods.LastInstant(stray, draft.Seen) + Least;
        }
        foreach (var held in draft.Seen.Pods.Select(HeldPods.ToldFrom).OfType<DateTimeOffset>())
        {
            yield return held;
        }
        foreach (var flow in draft.Spec.Flows)
        {
            if (Occasions.NextSlot(draft, flow) is { } slot)
            {
                yield return slot;
            }
            var plan = draft.Record.Plan(flow.Name);
            var holds = waiting.HoldsOf(draft, flow.Name);
            var ends = plan.Plannable.Select(o => holds.NextEnd(waiting.Of(draft, flow.Name, o)));
            foreach (var held in ends.OfType<DateTimeOffset>())
            {
                yield return held;
            }
        }
        foreach (var (flow, occasion) in Expiry.AllAsOpened(draft.Spec, draft.Record))
        {
            foreach (var at in OfOccasion(draft, flow, occasion, pods))
            {
                yield return at;
            }
        }
    }

    private static IEnumerable<DateTimeOffset> OfOccasion(Draft draft, Api.Flow flow, Occasion occasion, PodIndex pods)
    {
        // Just after the instant, because all comparisons are "later than".
        yield return occasion.StartBy + Least;
        yield return occasion.StartBy + draft.Seen.Limits.LateArrival + Least;
        foreach (var entry in occasion.Entries.Where(e => e.Result is not null))
        {
            if (pods.Find(flow.Name, occasion, entry) is { IsKeptBySidecar: true, IsGone: false } kept)
            {
                yield return Prunable.NeededUntil(draft, entry, kept) + Least;
            }
            // The store of a pilot that is tried again runs on stable then.
            if (entry.IsPilot)
            {
                yield return entry.StartBy + Least;
            }
        }
        foreach (var entry in occasion.Entries.Where(e => e.Result is null))
        {
            if (entry.NotBefore is { } notBefore)
            {
                yield return notBefore;
            }
            if (entry.IsPilot)
            {
                yield return entry.StartBy + Least;
                yield return entry.StartBy + draft.Seen.Limits.LateArrival + Least;
            }
            yield return entry.Deadline + draft.Record.GraceOf(entry) + draft.Seen.Limits.LateArrival + Least;
            if (pods.Find(flow.Name, occasion, entry) is { } pod && Expiry.EndsAt(flow, entry, pod) is { } ends)
            {
                yield return ends;
            }
        }
    }
}
