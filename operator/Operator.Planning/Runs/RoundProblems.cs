using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>The problem of a round, with advice to the user.</summary>
internal static class RoundProblems
{
    /// <summary>The first stable run that did not succeed, with advice; null when all stable runs succeeded.</summary>
    public static RoundProblem? Of(Draft draft, string flow, Occasion occasion)
    {
        var stable = occasion.Entries.Where(e => e.Arm == Arm.Stable).ToList();
        var bad = stable.FirstOrDefault(e => e.Result is not RunResult.Succeeded);
        if (bad is null)
        {
            return null;
        }
        var image = draft.Record.Revisions.Find(bad.Revision)?.Sync.Image;
        return new RoundProblem
        {
            Reason = bad.Reason ?? Reasons.RunsFailing,
            Message =
                $"flow '{flow}', revision {bad.Revision} ({image}), {Stores(bad)}: {Words(bad.Reason, bad.Detail)}",
            IsTotal = !occasion.Entries.Any(e => e.Result == RunResult.Succeeded),
        };
    }

    private static string Stores(Entry entry) =>
        entry.Stores.Length == 1 ? $"store '{entry.Stores[0]}'" : $"a run of {entry.Stores.Length} stores";

    /// <summary>
    /// The cause and what to do. Details that change from run to run, such as the kubelet's words about an image, are left out: the
    /// message must stay the same while the cause does.
    /// </summary>
    public static string Words(string? reason, string? detail) =>
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
            Reasons.TimedOut => "the worker ran longer than the flow's timeout; raise it or lower maxStoresPerRun",
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
            _ => $"{reason}; see the pod's events",
        };

    private static string In(string? detail) => detail is null or "" ? "" : $" ({detail})";
}
