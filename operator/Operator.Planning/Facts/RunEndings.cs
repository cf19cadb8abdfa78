using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>Derives from a pod how its run ended.</summary>
public static class RunEndings
{
    /// <summary>
    /// The ending of an entry whose pod was seen; null while the run is live: until its container has ended, the pod is gone, or its
    /// deadline and grace are over.
    /// </summary>
    public static RunEnding? Of(Entry entry, ObservedPod pod, RunFacts facts, Observation seen)
    {
        if (!PodIndex.HasEnded(pod) && !IsPastDeadline(entry, facts.TerminationGrace, seen))
        {
            return null;
        }
        // Where the fingerprint was put right again after the decision, the run stays lost.
        return entry.Stop == StopCause.Edited && PodIndex.HasEnded(pod)
            ? Edited(entry)
            : EndTable.Of(new EndSight(entry, pod, facts, seen.Now));
    }

    /// <summary>
    /// The ending of an entry whose pod has an edited fingerprint; null while the pod is there. Nobody knows what it ran, so its
    /// report counts for nothing, and no other run takes its place on the occasion.
    /// </summary>
    public static RunEnding? OfEdited(ConnectorRecord record, Entry entry, ObservedPod pod, Observation seen) =>
        PodIndex.HasEnded(pod) || IsPastDeadline(entry, record.GraceOf(entry), seen) ? Edited(entry) : null;

    private static RunEnding Edited(Entry entry) =>
        new()
        {
            Result = RunResult.Lost,
            Reason = Reasons.FingerprintEdited,
            Detail = "somebody edited the fingerprint of its pod, so the pod was deleted and what it did is unknown",
            Reports = EndSight.Nothing(entry),
        };

    private static bool IsPastDeadline(Entry entry, TimeSpan grace, Observation seen) =>
        seen.Now > entry.Deadline + grace + seen.Limits.LateArrival;

    /// <summary>The cluster does not create the pod of the entry; the end says so for sure.</summary>
    public static bool IsNotCreated(Entry entry) =>
        entry
            is {
                Result: RunResult.Infra,
                Reason: Reasons.AdmissionDenied or Reasons.PodsRefused or Reasons.QuotaExceeded or Reasons.NeverSeen
            };

    /// <summary>The run of a candidate gives its stores back to stable on the same occasion: it was not created, or could not start.</summary>
    public static bool GivesWay(Entry entry) => IsNotCreated(entry) || entry.Result == RunResult.NotStarted;

    /// <summary>
    /// The ending of an entry whose pod was never seen; null while the pod can still appear. After a refusal it can't, unless another
    /// request is under way.
    /// </summary>
    public static RunEnding? OfUnseen(Occasion occasion, Entry entry, string podName, Observation seen)
    {
        var refusal = seen.Refusals.GetValueOrDefault(podName);
        var latest = entry.StartBy + seen.Limits.LateArrival;
        var last = refusal is null ? latest : seen.LastArrival(entry, podName, createdAt: null);
        var isUnconfirmed = seen.UnconfirmedPods.Contains(podName);
        if (isUnconfirmed || seen.Now <= LastTry(occasion, entry, refusal) || seen.Now <= last)
        {
            return null;
        }
        if (refusal is not null)
        {
            return Unseen(entry, RunResult.Infra, Reasons.Of(refusal.Kind), refusal.Message);
        }
        // A pilot's store still has time to run on stable. Only where this process asked for the pod is it sure that it never was.
        return entry.IsPilot && seen.UnansweredCreates.ContainsKey(podName)
            ? Unseen(
                entry,
                RunResult.Infra,
                Reasons.NeverSeen,
                "the API server does not answer when its pod is created"
            )
            : Unseen(entry, RunResult.Lost, Reasons.NeverSeen, "its pod was never seen");
    }

    /// <summary>
    /// Up to when the pod may be created. A candidate whose pods a policy refuses gives way to stable while there is time; a pilot's
    /// <c>startBy</c> is early already. For a place of a quota both versions would wait alike.
    /// </summary>
    private static DateTimeOffset LastTry(Occasion occasion, Entry entry, CreateRefusal? refusal) =>
        refusal is { Kind: not RefusalKind.Quota } && entry is { Attempt: not 0, IsPilot: false }
            ? entry.StartBy - ((occasion.StartBy - occasion.Spread - occasion.Slot) / 2)
            : entry.StartBy;

    private static RunEnding Unseen(Entry entry, RunResult result, string reason, string detail) =>
        new()
        {
            Result = result,
            Reason = reason,
            Detail = detail,
            Reports = EndSight.Nothing(entry),
        };

    /// <summary>The ending of an entry whose pod cannot be created, because another pod has its name.</summary>
    public static RunEnding OfTakenName(Entry entry) =>
        new()
        {
            Result = RunResult.Infra,
            Reason = Reasons.ForeignPod,
            Detail = "its pod could not be created: another pod has its name",
            Reports = EndSight.Nothing(entry),
        };

    /// <summary>The ending of an ended run whose fold threw. It contains nothing that the pod wrote.</summary>
    public static RunEnding OfFault(Entry entry, Exception fault) =>
        new()
        {
            Result = RunResult.Failed,
            Reason = Reasons.ReportUnreadable,
            Detail = $"what its pod wrote can't be folded: {fault.GetType().Name}",
            HasStarted = true,
            Reports = EndSight.Nothing(entry),
            Fault = fault.ToString(),
        };
}
