using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>Derives from a pod how its run ended.</summary>
public static class RunEndings
{
    /// <summary>The kubelet lost a container that was running. It then sets exit code 137, which is not the worker's exit code.</summary>
    private const string ContainerLost = "ContainerStatusUnknown";

    /// <summary>containerd's words after it was restarted: it does not know how the container ended, and says 255.</summary>
    private const string ContainerForgotten = "Unknown";
    private const int CodeForgotten = 255;

    /// <summary>The runtimes' words for a container that was made but whose process never ran.</summary>
    private static readonly ImmutableArray<string> NeverRanReasons = ["StartError", "ContainerCannotRun"];

    /// <summary>The ending of an entry whose pod was seen; null while the run is live.</summary>
    public static RunEnding? Of(Entry entry, ObservedPod pod, RunFacts facts, Observation seen) =>
        EndingOf(entry, pod, facts, seen) is { } ending ? Credible(ending, pod, seen.Now) : null;

    /// <summary>A node's clock may say anything: its times count within those of the API server and of the operator.</summary>
    private static RunEnding Credible(RunEnding ending, ObservedPod pod, DateTimeOffset now)
    {
        var most = (now > pod.CreatedAt ? now - pod.CreatedAt : TimeSpan.Zero) + PlanLimits.ClockSkew;
        DateTimeOffset? startedAt = pod.Container switch
        {
            ContainerSight.Running(var at) => at,
            ContainerSight.Terminated ended when !NeverRan(ended) => ended.StartedAt,
            _ => null,
        };
        return ending with
        {
            StartedAt =
                startedAt < pod.CreatedAt ? pod.CreatedAt
                : startedAt > now ? now
                : startedAt,
            Ran = ending.Ran < most ? ending.Ran : most,
            Took = ending.Took > most ? most : ending.Took,
        };
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
            Reports = Nothing(entry),
        };

    private static bool IsPastDeadline(Entry entry, TimeSpan grace, Observation seen) =>
        seen.Now > entry.Deadline + grace + seen.Limits.LateArrival;

    private static RunEnding? EndingOf(Entry entry, ObservedPod pod, RunFacts facts, Observation seen)
    {
        if (entry.Stop == StopCause.Edited && PodIndex.HasEnded(pod))
        {
            // The fingerprint was put right again after the decision; the run stays lost.
            return Edited(entry);
        }
        if (pod.Container is ContainerSight.Terminated terminated)
        {
            return Terminated(entry, pod, terminated, facts);
        }
        if (pod.Phase is PodPhase.Failed or PodPhase.Succeeded || pod.IsGone)
        {
            return WithoutContainer(entry, pod, facts);
        }
        return IsPastDeadline(entry, facts.TerminationGrace, seen)
            ? Ending(
                entry,
                RunResult.Infra,
                Reasons.NodeLost,
                "its deadline has passed and its pod reported no end",
                pod
            )
            : null;
    }

    /// <summary>The ending of an ended run whose fold threw. It contains nothing that the pod wrote.</summary>
    public static RunEnding OfFault(Entry entry, Exception fault) =>
        new()
        {
            Result = RunResult.Failed,
            Reason = Reasons.ReportUnreadable,
            Detail = $"what its pod wrote can't be folded: {fault.GetType().Name}",
            HasStarted = true,
            Reports = Nothing(entry),
            Fault = fault.ToString(),
        };

    private static bool NeverRan(ContainerSight.Terminated ended) =>
        NeverRanReasons.Contains(ended.Reason, StringComparer.Ordinal);

    private static RunEnding Terminated(
        Entry entry,
        ObservedPod pod,
        ContainerSight.Terminated container,
        RunFacts facts
    )
    {
        var report = NeverRan(container) ? new Report.Missing() : Report.Parse(container.Message, entry.Stores.Length);
        var ending = new RunEnding
        {
            HasStarted = true,
            Ran = container.FinishedAt > container.StartedAt ? container.FinishedAt - container.StartedAt : default,
            Took = container.FinishedAt > pod.CreatedAt ? container.FinishedAt - pod.CreatedAt : null,
            HasReport = report is Report.Read,
            Reports = report is Report.Read read ? read.Stores : Nothing(entry),
            Calls = report is Report.Read { Calls: var calls } ? calls : ReportedCalls.None,
        };
        if (entry.Stop == StopCause.Timeout)
        {
            return ending with
            {
                Result = RunResult.Failed,
                Reason = Reasons.TimedOut,
                Detail = "it ran longer than its timeout",
            };
        }
        // The kernel may kill a child of the worker; a worker that reports has gone on without it.
        if (container.ExitCode != 0 || (container.Reason == Reasons.OutOfMemory && report is Report.Missing))
        {
            return BadExit(ending, pod, container);
        }
        return report switch
        {
            Report.Unreadable(var why) => ending with
            {
                Result = RunResult.Failed,
                Reason = Reasons.ReportUnreadable,
                Detail = $"its report can't be read: {why}",
            },
            Report.Missing when facts.FlowHasReported => ending with
            {
                Result = RunResult.Failed,
                Reason = Reasons.ReportMissing,
                Detail = "it sent no report, though this flow has reported before",
            },
            _ => ending with { Result = RunResult.Succeeded, Reason = Reasons.Completed },
        };
    }

    private static RunEnding BadExit(RunEnding ending, ObservedPod pod, ContainerSight.Terminated container)
    {
        if (container.Reason == Reasons.OutOfMemory)
        {
            return ending with
            {
                Result = RunResult.Failed,
                Reason = Reasons.OutOfMemory,
                Detail = "it used more memory than spec.sync.resources.limits allows",
            };
        }
        if (Disruptions.Of(pod) is { } disruption)
        {
            return ending with { Result = disruption.Result, Reason = disruption.Reason, Detail = disruption.Detail };
        }
        if (pod.IsDeleting || pod.IsGone)
        {
            return ending with
            {
                Result = RunResult.Infra,
                Reason = Reasons.Deleted,
                Detail = "its pod was deleted by others",
            };
        }
        if (container is { Reason: ContainerLost } or { Reason: ContainerForgotten, ExitCode: CodeForgotten })
        {
            return ending with
            {
                Result = RunResult.Infra,
                Reason = Reasons.NodeLost,
                Detail = "its node lost the container, for example in a restart",
            };
        }
        return NeverRan(container)
            ? ending with
            {
                Result = RunResult.Failed,
                Reason = Reasons.StartError,
                // What looks like a report is the runtime's text: the worker never ran.
                Detail = $"its container could not be started: {ForeignText.Line(container.Message)}",
                HasStarted = false,
                Ran = default,
            }
            : ending with
            {
                Result = RunResult.Failed,
                Reason = Reasons.ExitCode,
                Detail = $"it ended with {ExitCodes.Describe(container.ExitCode, container.Reason)}",
            };
    }

    /// <summary>The pod has ended, but has no termination state of its container.</summary>
    private static RunEnding WithoutContainer(Entry entry, ObservedPod pod, RunFacts facts)
    {
        if (entry.Stop == StopCause.StartTimeout)
        {
            var reason = entry.WaitingReason ?? Reasons.NotStarted;
            // When the image ran before and is unavailable now, the registry is the cause, not the version.
            var isOwnFault =
                reason is Reasons.ContainerConfig || (reason is Reasons.ImageUnavailable && !facts.RevisionHasStarted);
            var words = ContainerWaits.DetailOf(pod);
            return Ending(
                entry,
                isOwnFault ? RunResult.NotStarted : RunResult.Infra,
                reason,
                words.Length == 0 ? "it did not start in time" : $"it did not start in time: {words}",
                pod
            );
        }
        if (entry.Stop == StopCause.Timeout || (HasStarted(pod) && IsReason(pod, "DeadlineExceeded")))
        {
            return Ending(entry, RunResult.Failed, Reasons.TimedOut, "it ran longer than its timeout", pod);
        }
        if (Disruptions.Of(pod) is { } disruption)
        {
            return Ending(entry, disruption.Result, disruption.Reason, disruption.Detail, pod);
        }
        return pod.IsGone || pod.IsDeleting
            ? Ending(entry, RunResult.Infra, Reasons.Deleted, "its pod was deleted by others", pod)
            : Ending(
                entry,
                RunResult.Infra,
                Reasons.NodeLost,
                PodTroubles.WithWords($"its pod ended as {pod.Phase} {pod.Reason}", pod),
                pod
            );
    }

    private static RunEnding Ending(Entry entry, RunResult result, string reason, string detail, ObservedPod pod) =>
        new()
        {
            Result = result,
            Reason = reason,
            Detail = detail,
            // A kubelet may tell nothing of the container, but only a running one fills a disk.
            HasStarted = HasStarted(pod) || PodTroubles.IsOverOwnDisk(pod),
            Reports = Nothing(entry),
        };

    private static bool HasStarted(ObservedPod pod) => pod.Container is not ContainerSight.Waiting;

    private static bool IsReason(ObservedPod pod, string reason) => pod.Reason == reason;

    /// <summary>No report of any store of the run.</summary>
    internal static ImmutableArray<StoreReport?> Nothing(Entry entry) => [.. new StoreReport?[entry.Stores.Length]];
}
