using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;

namespace Operator.Planning.Output;

/// <summary>The next instant at which time alone changes the plan: a slot, a deadline, a pod to prune.</summary>
internal static class WakeUp
{
    /// <summary>The shortest time to a wake-up, so that there is no hot loop.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    /// <summary>ConfigMaps are not watched, so a missing one is looked for again after this time.</summary>
    private static readonly TimeSpan MissingRetry = TimeSpan.FromSeconds(30);

    public static DateTimeOffset? At(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        var next = Instants(draft, pods, waiting).Where(at => at > draft.Now).Select(at => (DateTimeOffset?)at).Min();
        var least = draft.Now + Least;
        return next < least ? least : next;
    }

    private static IEnumerable<DateTimeOffset> Instants(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        if (draft.Seen.Desired is DesiredContent.Unformed { IsMissing: true })
        {
            yield return draft.Now + MissingRetry;
        }
        if (draft.NextDue is { } due)
        {
            yield return due;
        }
        foreach (var until in draft.Record.Actions.Orders.Select(o => o.Until).OfType<DateTimeOffset>())
        {
            yield return until;
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
            foreach (var occasion in plan.Occasions)
            {
                foreach (var at in OfOccasion(draft, flow, occasion, pods))
                {
                    yield return at;
                }
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
        }
        var opened = Expiry.AsOpened(flow, occasion);
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
            if (pods.Find(flow.Name, occasion, entry) is { } pod && Expiry.EndsAt(opened, entry, pod) is { } ends)
            {
                yield return ends;
            }
        }
    }
}
