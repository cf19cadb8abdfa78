using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>The problem of a round, with advice to the user.</summary>
internal static class RoundProblems
{
    /// <summary>
    /// The first stable run that did not succeed, with advice; null when all stable runs succeeded. A run that the cluster broke off is no
    /// problem any more once all its stores are synced.
    /// </summary>
    public static RoundProblem? Of(Draft draft, string flow, Occasion occasion)
    {
        var synced = Synced(occasion);
        bool IsHealed(Entry e) => e.Result is RunResult.Infra or RunResult.Lost && e.Stores.All(synced.Contains);
        var bad = OfStable(draft, occasion).FirstOrDefault(e => e.Result is not RunResult.Succeeded && !IsHealed(e));
        if (bad is null)
        {
            return null;
        }
        var image = draft.Record.Revisions.Find(bad.Revision)?.Sync.Image;
        var words = Words(bad.Reason, bad.Detail, bad.Stores.Length);
        return new RoundProblem
        {
            Reason = bad.Reason ?? Reasons.RunsFailing,
            Message = $"flow '{flow}', revision {bad.Revision} ({image}), {Stores(bad)}: {words}{Fate(bad, synced)}",
            IsTotal = synced.Count == 0 && !occasion.Entries.Any(e => e.Result == RunResult.Succeeded),
        };
    }

    /// <summary>Where stable changed while the due time was open, only the runs of the new one say what is wrong now.</summary>
    private static List<Entry> OfStable(Draft draft, Occasion occasion)
    {
        var stable = occasion.Entries.Where(e => e.Arm == Arm.Stable).ToList();
        var present = stable.FindAll(e => e.Revision == draft.Record.Revisions.StableHash);
        return present.Count > 0 ? present : stable;
    }

    /// <summary>The stores of which any run of the occasion synced something.</summary>
    private static HashSet<string> Synced(Occasion occasion)
    {
        var synced = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in occasion.Entries.Where(e => e.Result is not null))
        {
            var outcomes = entry.OutcomesOf();
            synced.UnionWith(entry.Stores.Where((_, i) => outcomes[i].IsSync()));
        }
        return synced;
    }

    /// <summary>What became of the stores of a run that the cluster broke off.</summary>
    private static string Fate(Entry bad, HashSet<string> synced)
    {
        if (bad.Result != RunResult.Infra || bad.Stores.Length == 1)
        {
            return "";
        }
        var (done, again) = (bad.Stores.Length - bad.NotReached.Length, bad.NotReached.Count(synced.Contains));
        return $"; of its {bad.Stores.Length} stores {done} were done, {again} ran again and were synced, and {bad.NotReached.Length - again} were not";
    }

    private static string Stores(Entry entry) =>
        entry.Stores.Length == 1 ? $"store '{entry.Stores[0]}'" : $"a run of {entry.Stores.Length} stores";

    /// <summary>
    /// The cause and what to do. Details that change from run to run, such as the kubelet's words about an image, are left out: the
    /// message must stay the same while the cause does.
    /// </summary>
    /// <param name="reason">The reason of the end.</param>
    /// <param name="detail">The cause in one sentence; null: none is known.</param>
    /// <param name="stores">How many stores the run had.</param>
    public static string Words(string? reason, string? detail, int stores) =>
        reason switch
        {
            Reasons.ImageUnavailable =>
                "the image can't be pulled; correct spec.sync.image or the registry's credentials",
            Reasons.ContainerConfig =>
                $"the container can't be configured{In(detail)}; check the Secrets that spec.sync.env names",
            Reasons.StartError =>
                $"{detail ?? "its container could not be started"}; correct spec.sync.command, or the image",
            Reasons.ContainerCannotRun =>
                $"{detail ?? "its container could not be created or run"}; correct spec.sync, or see the node",
            Reasons.GivenUp =>
                "the run was given up as it started; raise the flow's startTimeout, or see what delays its pods",
            Reasons.ReportCut =>
                $"{detail ?? "its report was cut to the pod's share of the kubelet's space"}; lower maxStoresPerRun, or inject fewer containers",
            Reasons.ExitCode => $"{detail ?? "the worker ended with an error"}; see its log",
            Reasons.OutOfMemory => "the worker needs more memory; raise spec.sync.resources.limits.memory",
            Reasons.DiskLimitExceeded =>
                $"{detail ?? "the worker wrote more than it may"}; raise spec.sync.scratch for /tmp, or spec.sync.resources.limits.ephemeral-storage for all that it writes",
            Reasons.InitContainerFailed =>
                $"{detail ?? "an init container failed"}; a webhook of the cluster adds it to sync pods",
            Reasons.TimedOut when stores > 1 =>
                "the worker ran longer than the flow's timeout; raise it or lower maxStoresPerRun",
            Reasons.TimedOut =>
                "the worker ran longer than the flow's timeout; raise it, or see what the worker waits for",
            Reasons.ReportUnreadable =>
                $"{detail ?? "its report can't be read"}; it must be JSON of at most 4096 bytes with one entry for each store of run.json",
            Reasons.ReportMissing => detail ?? "the worker sent no report, though this flow has reported before",
            Reasons.Unschedulable => "no node has room for the pod; see its events",
            Reasons.NeverSeen => "the pod was planned but never seen; see whether the operator runs, and its log",
            Reasons.QuotaExceeded =>
                "the namespace's ResourceQuota or LimitRange refuses sync pods; raise it, or lower maxConcurrentRuns or spec.sync.resources",
            Reasons.AdmissionDenied => $"an admission webhook or policy refuses sync pods{In(detail)}",
            Reasons.PodsRefused => $"the API server refuses sync pods{In(detail)}",
            Reasons.FingerprintEdited =>
                "somebody edited the fingerprint of the run's pod, so it was deleted and its run is lost; leave the annotations of sync pods alone",
            Reasons.ForeignPod => "a pod that is not the operator's has the run's name; delete it",
            _ =>
                $"{(detail is null or "" ? reason : $"{detail} ({reason})")}; see the events of its pod and of its node",
        };

    private static string In(string? detail) => detail is null or "" ? "" : $" ({detail})";
}
