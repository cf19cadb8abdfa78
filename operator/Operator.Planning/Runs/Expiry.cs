using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

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
        foreach (var entry in occasion.Entries.Where(e => e.Result is null))
        {
            var pod = pods.Find(flow.Name, occasion, entry);
            var after =
                entry.Stop is null && pods.FindEdited(flow.Name, occasion, entry) is { } edited
                    ? (PodIndex.HasEnded(edited) ? entry : entry with { Stop = StopCause.Edited })
                : entry.Stop is null && IsTakenBack(draft, entry) ? entry with { Stop = StopCause.TakenBack }
                : pod is not null ? Marked(draft, flow, entry, pod)
                : entry;
            if (!ReferenceEquals(after, entry))
            {
                marked = marked.SetItem(entry.Index, after);
                draft =
                    after is { IsPilot: true, Stop: StopCause.StartTimeout } && pod is not null
                        ? LatePilots.Tell(draft, after, pod)
                        : draft;
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

    /// <summary>The same entry: nothing is to be noted.</summary>
    private static Entry Marked(Draft draft, Flow flow, Entry entry, ObservedPod pod)
    {
        if (entry.Stop is not null)
        {
            return IsToldLate(entry, pod) ? entry with { WaitingReason = ContainerWaits.ReasonOf(pod) } : entry;
        }
        var isOverdue =
            pod is { IsDeleting: false, IsGone: false }
            && EndsAt(flow, entry, pod) <= draft.Now
            && !draft.Seen.UnconfirmedPods.Contains(pod.Name);
        return !isOverdue ? entry
            : pod.Container is ContainerSight.Waiting
                ? entry with
                {
                    Stop = StopCause.StartTimeout,
                    WaitingReason = ContainerWaits.ReasonOf(pod),
                }
            : entry with { Stop = StopCause.Timeout };
    }

    /// <summary>A pod that was stopped before its start now says why it can't start. Its last state may not say it any more.</summary>
    private static bool IsToldLate(Entry entry, ObservedPod pod) =>
        entry.Stop == StopCause.StartTimeout
        && pod.Container is ContainerSight.Waiting
        && ContainerWaits.IsOwnFault(ContainerWaits.ReasonOf(pod))
        && !ContainerWaits.IsOwnFault(entry.WaitingReason);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
