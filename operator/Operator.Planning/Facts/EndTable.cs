using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>
/// How a run ended: the first row that applies. The order is the order of the questions. Did the cluster say that it ended it? Did a kubelet
/// tell an end at or after the timeout? Did the container start, and did the operator give it up? Only then exit code and report count. See
/// decision 0039.
/// </summary>
internal static class EndTable
{
    private static readonly ImmutableArray<Row> Rows =
    [
        // The cluster ended it. One eviction is the version's own doing.
        new(
            s => PodTroubles.IsOverOwnDisk(s.Pod),
            s => Failed(Reasons.DiskLimitExceeded, PodTroubles.WithWords("it wrote more than it may", s.Pod))
        ),
        new(s => !s.EndedByItself && s.Disruption is not null, Disrupted),
        new(s => Disruptions.IsRejected(s.Pod), Rejected),
        new(s => s.HasFailedInit, s => InitFailed(PodTroubles.Describe(s.Pod.Init!, s.Pod))), // by the condition
        new(s => s is { IsPastItsDeadline: true, HasStarted: true, EndedBeforeItsDeadline: false }, _ => OutOfTime),
        new(s => s.IsSilent, _ => Infra(Reasons.NodeLost, "its deadline has passed and its pod reported no end")),
        new(
            s => !s.EndedByItself && s.WasDeletedByOthers,
            _ => Infra(Reasons.Deleted, "its pod was deleted by others")
        ),
        // A kubelet may lose a container that it stops for us: that is no restart of its node.
        new(
            s =>
                s is { End.IsLost: true, Entry.Stop: not StopCause.TakenBack }
                && (s.HasStarted || s.Entry.Stop != StopCause.StartTimeout),
            _ => Infra(Reasons.NodeLost, "its node lost the container, as in a restart")
        ),
        // Its time ran out, by the kubelet's word.
        new(s => s.IsOutOfTime, _ => OutOfTime),
        // It never started.
        new(s => s.End is { NeverRan: true }, StartFailed),
        new(s => s.DidNotStartInTime, NotInTime),
        new(s => IsInitializing(s.Pod), _ => InitFailed("an init container of its pod failed")),
        new(
            s => s is { HasStarted: false, Entry.Stop: null },
            s => Infra(Reasons.PodFailed, PodTroubles.WithWords($"its pod ended as {s.Pod.Phase}", s.Pod))
        ),
        // The operator ended it before its time.
        new(s => s.WasGivenUp, GivenUp),
        // The worker ended by itself.
        new(
            s => s.IsOutOfMemory,
            _ => Failed(Reasons.OutOfMemory, "it used more memory than spec.sync.resources.limits allows")
        ),
        new(s => s.End is not { ExitCode: 0 }, s => Failed(Reasons.ExitCode, $"it ended with {Exit(s)}")),
        new(s => s.Report is Report.Cut, s => Failed(Reasons.ReportCut, Cut((Report.Cut)s.Report))), // by the condition
        new(
            s => s.Report is Report.Unreadable,
            s => Failed(Reasons.ReportUnreadable, $"its report can't be read: {((Report.Unreadable)s.Report).Why}") // by the condition
        ),
        new(
            s => s.IsMuteAfterKill,
            _ =>
                Failed(
                    Reasons.ReportMissing,
                    "the worker sent no report, and a process of it was killed for want of memory"
                )
        ),
        new(
            s => s is { Report: Report.Missing, Facts.FlowHasReported: true },
            _ => Failed(Reasons.ReportMissing, "the worker sent no report, though this flow has reported before")
        ),
        new(_ => true, _ => new Row.End(RunResult.Succeeded, Reasons.Completed, "")),
    ];

    /// <summary>How the run of a pod ended that is over.</summary>
    public static RunEnding Of(EndSight sight)
    {
        var end = Rows.First(r => r.Applies(sight)).How(sight);
        return sight.AsTold() with
        {
            Result = end.Result,
            Reason = end.Reason,
            Detail = end.Detail,
            NeverStarted = end.NeverStarted,
        };
    }

    private sealed record Row(Func<EndSight, bool> Applies, Func<EndSight, Row.End> How)
    {
        public sealed record End(RunResult Result, string Reason, string Detail)
        {
            public bool NeverStarted { get; init; }
        }
    }

    private static Row.End OutOfTime => Failed(Reasons.TimedOut, "it ran longer than its timeout");

    private static Row.End Failed(string reason, string detail) => new(RunResult.Failed, reason, detail);

    private static Row.End Infra(string reason, string detail) => new(RunResult.Infra, reason, detail);

    private static Row.End Disrupted(EndSight sight)
    {
        var (reason, detail) = sight.Disruption!.Value; // by the condition
        return Infra(reason, detail);
    }

    private static Row.End Rejected(EndSight sight)
    {
        var (reason, detail) = Disruptions.Rejection(sight.Pod);
        return Infra(reason, detail) with { NeverStarted = true };
    }

    private static Row.End InitFailed(string detail) =>
        Infra(Reasons.InitContainerFailed, detail) with
        {
            NeverStarted = true,
        };

    /// <summary>The words of a kubelet for a pod whose init containers have not ended.</summary>
    private static bool IsInitializing(ObservedPod pod) =>
        pod is { Phase: PodPhase.Failed, Container: ContainerSight.Waiting { Reason: "PodInitializing" } };

    private static Row.End StartFailed(EndSight sight) =>
        new(
            RunResult.NotStarted,
            Reasons.StartError,
            $"its container could not be started: {ForeignText.Ends(KubeletWords.WithoutNames(sight.Pod, sight.End!.Message))}" // by the condition
        )
        {
            NeverStarted = true,
        };

    /// <summary>When the revision has run before, the registry or the node is the cause, not the version.</summary>
    private static Row.End NotInTime(EndSight sight)
    {
        // What a kubelet says after the pod was stopped counts, too: a registry that does not answer is told late.
        var last = ContainerWaits.ReasonOf(sight.Pod);
        var reason = ContainerWaits.IsOwnFault(last) ? last : sight.Entry.WaitingReason ?? last;
        var isOwnFault =
            reason is Reasons.ContainerConfig || (ContainerWaits.IsOwnFault(reason) && !sight.Facts.RevisionHasStarted);
        var words = ContainerWaits.DetailOf(sight.Pod);
        return new Row.End(
            isOwnFault ? RunResult.NotStarted : RunResult.Infra,
            reason,
            words.Length == 0 ? "it did not start in time" : $"it did not start in time: {words}"
        )
        {
            NeverStarted = sight.Entry.Stop == StopCause.StartTimeout && sight.End is null,
        };
    }

    private static Row.End GivenUp(EndSight sight) =>
        sight switch
        {
            { Entry.Stop: StopCause.StartTimeout } => Infra(
                Reasons.GivenUp,
                "it started only as the operator gave it up, after startTimeout"
            ),
            { Entry.Stop: StopCause.TakenBack } => Infra(
                Reasons.TakenBack,
                "the operator stopped it, because its version was taken back"
            ),
            { End: null } => Infra(Reasons.NodeLost, "its time was up, and its kubelet told no end"),
            _ => Infra(Reasons.GivenUp, "the operator stopped it, though by its node's clock its time was not up"),
        };

    private static string Exit(EndSight sight) =>
        sight.End is { } end ? ExitCodes.Describe(end.ExitCode, end.Reason) : "no word of its kubelet";

    private static string Cut(Report.Cut cut) =>
        $"its report was cut to {cut.Bytes} bytes, because the {cut.Containers} containers of its pod share 12288; it fits with "
        + $"maxStoresPerRun: {cut.FittingStores}";
}
