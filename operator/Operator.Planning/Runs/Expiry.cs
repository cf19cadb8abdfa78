using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Marks pods that did not start in time, runs that take too long, runs of a version that was taken back, and pods whose fingerprint was edited. The cause is committed in the entry before the pod is
/// deleted, so that a delete by the operator is never taken for a delete by others.
/// </summary>
internal static class Expiry
{
    public static Draft Mark(Draft draft, PodIndex pods)
    {
        foreach (var (flow, occasion) in AllAsOpened(draft.Spec, draft.Record).ToList())
        {
            draft = Mark(draft, flow, occasion, pods);
        }
        return draft;
    }

    /// <summary>
    /// All occasions of the record, each with its flow as of the opening. A flow that the spec no longer lists keeps its timeouts, too.
    /// </summary>
    public static IEnumerable<(Flow Flow, Occasion Occasion)> AllAsOpened(ConnectorSpec spec, ConnectorRecord record) =>
        from plan in record.Plans
        let flow = spec.FindFlow(plan.Key) ?? new Flow { Name = plan.Key }
        from occasion in plan.Value.Occasions
        select (AsOpened(flow, occasion), occasion);

    /// <summary>
    /// When the operator stops the pod: after startTimeout while it waits, after timeout once it runs. Null when the pod
    /// has ended.
    /// </summary>
    public static DateTimeOffset? EndsAt(Flow flow, Entry entry, ObservedPod pod) =>
        pod.Container switch
        {
            ContainerSight.Waiting when entry.IsPilot => PilotTime.StartsBy(flow, entry, pod.CreatedAt),
            ContainerSight.Waiting => pod.CreatedAt + flow.StartTimeout.Value,
            ContainerSight.Running(var startedAt) => Earlier(
                CredibleStart(startedAt, entry, pod) + flow.Timeout.Value,
                entry.Deadline
            ),
            _ => null,
        };

    /// <summary>A node's clock may say anything: the container started after its pod was made, and before the run's deadline.</summary>
    private static DateTimeOffset CredibleStart(DateTimeOffset startedAt, Entry entry, ObservedPod pod) =>
        startedAt < pod.CreatedAt ? pod.CreatedAt : Earlier(startedAt, entry.Deadline);

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
            if (pods.FindEdited(flow.Name, occasion, entry) is { } edited && !PodIndex.HasEnded(edited))
            {
                marked = marked.SetItem(entry.Index, entry with { Stop = StopCause.Edited });
            }
            else if (IsTakenBack(draft, entry))
            {
                marked = marked.SetItem(entry.Index, entry with { Stop = StopCause.TakenBack });
            }
            else if (
                pods.Find(flow.Name, occasion, entry) is { IsDeleting: false, IsGone: false } pod
                && EndsAt(flow, entry, pod) <= draft.Now
                && !draft.Seen.UnconfirmedPods.Contains(pod.Name)
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
            $"runs of '{flow.Name}' on {occasion.Id} are stopped"
        );
    }

    /// <summary>A run of a version whose attempt ended without promotion.</summary>
    private static bool IsTakenBack(Draft draft, Entry entry) =>
        draft.Policy is { Spec.InFlight: InFlight.Stop }
        && entry.Attempt != 0
        && entry.Attempt != draft.Record.RunningAttempt?.Number
        && entry.Revision != draft.Record.Revisions.StableHash;

    private static Entry MarkEntry(Entry entry, ObservedPod pod) =>
        pod.Container is ContainerSight.Waiting
            ? entry with
            {
                Stop = StopCause.StartTimeout,
                WaitingReason = ContainerWaits.ReasonOf(pod),
            }
            : entry with
            {
                Stop = StopCause.Timeout,
            };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
