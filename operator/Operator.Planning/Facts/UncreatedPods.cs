using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>How runs end whose pod was never there: refused, under a name that is taken, or never seen.</summary>
public static class UncreatedPods
{
    /// <summary>The cluster does not create the pod of the entry; the end says so for sure.</summary>
    public static bool IsNotCreated(Entry entry) => entry.Result == RunResult.Infra && IsOfCreation(entry.Reason);

    /// <summary>The reason is about the creation of a pod.</summary>
    public static bool IsOfCreation(string? reason) =>
        reason is Reasons.AdmissionDenied or Reasons.PodsRefused or Reasons.QuotaExceeded or Reasons.NeverSeen;

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
    /// <c>startBy</c> is early already. For a place of a quota both versions would wait alike. A run that stable has by its coin is given up at the
    /// same instant, and then tried again: else a webhook that is down for a while would lose first runs of the candidate only.
    /// </summary>
    private static DateTimeOffset LastTry(Occasion occasion, Entry entry, CreateRefusal? refusal) =>
        refusal is { Kind: not RefusalKind.Quota } && !entry.IsPilot && (entry.Attempt != 0 || entry.Coin is not null)
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
}
