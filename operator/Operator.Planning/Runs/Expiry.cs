using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Marks pods that did not start in time and runs that take too long. The cause is committed in the entry before the pod is
/// deleted, so that a delete by the operator is never taken for a delete by others.
/// </summary>
internal static class Expiry
{
    public static Draft Mark(Draft draft, PodIndex pods)
    {
        foreach (var flow in draft.Spec.Flows)
        {
            var plan = draft.Record.Plan(flow.Name);
            foreach (var occasion in plan.Occasions)
            {
                draft = Mark(draft, AsOpened(flow, occasion), occasion, pods);
            }
        }
        return draft;
    }

    /// <summary>
    /// When the operator stops the pod: after startTimeout while it waits, after timeout once it runs. Null when the pod
    /// has ended.
    /// </summary>
    public static DateTimeOffset? EndsAt(Flow flow, Entry entry, ObservedPod pod) =>
        pod.Container switch
        {
            ContainerSight.Waiting when entry.IsPilot => PilotTime.StartsBy(flow, entry, pod.CreatedAt),
            ContainerSight.Waiting => pod.CreatedAt + flow.StartTimeout.Value,
            ContainerSight.Running(var startedAt) => Earlier(startedAt + flow.Timeout.Value, entry.Deadline),
            _ => null,
        };

    /// <summary>The flow with the timeouts that it had when the occasion opened: an edit acts on later occasions.</summary>
    public static Flow AsOpened(Flow flow, Occasion occasion) =>
        flow with
        {
            StartTimeout = occasion.StartTimeout ?? flow.StartTimeout,
            Timeout = occasion.Timeout ?? flow.Timeout,
        };

    private static Draft Mark(Draft draft, Flow flow, Occasion occasion, PodIndex pods)
    {
        var marked = occasion.Entries;
        foreach (var entry in occasion.Entries.Where(e => e is { Result: null, Stop: null }))
        {
            if (
                pods.Find(flow.Name, occasion, entry) is { IsDeleting: false, IsGone: false } pod
                && EndsAt(flow, entry, pod) <= draft.Now
            )
            {
                marked = marked.SetItem(entry.Index, MarkEntry(entry, pod));
            }
        }
        if (marked == occasion.Entries)
        {
            return draft;
        }
        var plan = draft.Record.Plan(flow.Name);
        var updated = plan with { Occasions = plan.Occasions.Replace(occasion, occasion with { Entries = marked }) };
        return draft.Decide(
            draft.Record.With(flow.Name, updated),
            $"runs of '{flow.Name}' on {occasion.Id} ran out of time"
        );
    }

    private static Entry MarkEntry(Entry entry, ObservedPod pod) =>
        pod.Container is ContainerSight.Waiting
            ? entry with
            {
                Stop = StopCause.StartTimeout,
                WaitingReason = RunEndings.WaitingReason(pod),
            }
            : entry with
            {
                Stop = StopCause.Timeout,
            };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
