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
