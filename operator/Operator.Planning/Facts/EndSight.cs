using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>What <see cref="EndTable"/> asks about a pod that has ended, or whose deadline has passed.</summary>
internal sealed record EndSight(Entry Entry, ObservedPod Pod, RunFacts Facts, DateTimeOffset Now)
{
    private const int KilledBySignal = 137;
    private const int StoppedBySignal = 143;

    /// <summary>The end of the container as its kubelet tells it; null: no kubelet tells one.</summary>
    public ContainerSight.Terminated? End => Pod.Container as ContainerSight.Terminated;

    /// <summary>A kubelet may tell nothing of the container, but only a running one fills a disk.</summary>
    public bool HasStarted => Pod.HasStarted || PodTroubles.IsOverOwnDisk(Pod);

    /// <summary>Of a container that never ran, the message is the runtime's.</summary>
    public Report Report { get; } =
        Pod.Container is ContainerSight.Terminated { NeverRan: false } end
            ? Report.Parse(end.Message, Entry.Stores.Length, Pod.Containers)
            : new Report.Missing();

    public (string Reason, string Detail)? Disruption => Disruptions.Of(Pod);

    /// <summary>The pod was deleted, and not by the operator: it commits why before it deletes.</summary>
    public bool WasDeletedByOthers => Entry.Stop is null && (Pod.IsDeleting || Pod.IsGone);

    /// <summary>Nobody asked for the end of the pod: a deletion ends an init container badly as well.</summary>
    public bool HasFailedInit =>
        Entry.Stop is null
        && Pod is { Init.State: ContainerSight.Terminated, IsDeleting: false, Container: ContainerSight.Waiting };

    /// <summary>Its deadline has passed, and nobody tells that it has ended.</summary>
    public bool IsSilent => !PodIndex.HasEnded(Pod);

    /// <summary>The worker ended by itself and well, whatever was done to its pod: it reported every store, or ended before that.</summary>
    public bool EndedByItself =>
        End is { ExitCode: 0 } end
        && (HasReportedAll || end.FinishedAt + Behind + PlanLimits.ClockSkew < Pod.EndAskedAt || IsRemovedLater);

    /// <summary>
    /// How far the node's clock is behind at least: no kubelet accepts a pod before it is made. By such a clock each run ends before
    /// anybody asks for its end.
    /// </summary>
    private TimeSpan Behind =>
        Pod.AcceptedAt is { } accepted ? Positive(Pod.CreatedAt - accepted)
        : End is { IsStartKnown: true } end ? Positive(Pod.CreatedAt - end.StartedAt)
        : TimeSpan.Zero;

    private bool HasReportedAll => Report is Report.Read { Stores: var stores } && stores.All(s => s is not null);

    /// <summary>The last that was seen of the pod is an end without any deletion.</summary>
    private bool IsRemovedLater => Pod is { IsGone: true, IsDeleting: false } && Disruption is null;

    /// <summary>
    /// The kubelet tells an end at or after the timeout, by its own two instants. An end a few seconds before it by a signal of the
    /// operator's own deletion is the same: the operator reads another clock.
    /// </summary>
    public bool IsOutOfTime =>
        HasStarted
        && End is { IsStartKnown: true, IsLost: false }
        && Ran >= Timeout - (Entry.Stop == StopCause.Timeout && IsStopped ? PlanLimits.ClockSkew : TimeSpan.Zero);

    /// <summary>The kubelet ended the pod by its <c>activeDeadlineSeconds</c>, which count from before the image pull.</summary>
    public bool IsPastItsDeadline => Pod.Reason == "DeadlineExceeded";

    /// <summary>
    /// The worker had ended long before the pod's deadline, by the node's own clock: a sidecar kept the pod alive, and nobody was there to
    /// delete it.
    /// </summary>
    public bool EndedBeforeItsDeadline =>
        End is { IsLost: false, NeverRan: false } end
        && Pod is { AcceptedAt: { } accepted, ActiveDeadline: { } most }
        && end.FinishedAt + PlanLimits.ClockSkew < accepted + most;

    public bool DidNotStartInTime => !HasStarted && (Entry.Stop == StopCause.StartTimeout || IsPastItsDeadline);

    /// <summary>The operator ended it before its time was up: it only just started, or the operator took its start for an earlier one.</summary>
    public bool WasGivenUp =>
        Entry.Stop switch
        {
            StopCause.StartTimeout => HasStarted && !EndedByItself,
            StopCause.TakenBack => !EndedByItself,
            StopCause.Timeout => End is null || IsStopped || (End.ExitCode == 0 && !EndedByItself && HasClockBehind),
            _ => false,
        };

    /// <summary>The exit codes of a deletion: of SIGTERM, and of SIGKILL where the kernel did not want memory.</summary>
    private bool IsStopped =>
        End is { ExitCode: StoppedBySignal } || (End is { ExitCode: KilledBySignal } && !IsOutOfMemory);

    /// <summary>
    /// The runtime also remembers that a child was killed for memory, long before the worker ends by itself or is stopped.
    /// </summary>
    public bool IsOutOfMemory => End is { ExitCode: KilledBySignal, Reason: Reasons.OutOfMemory };

    /// <summary>A child was killed for memory, and what is left of the worker ended well without a report: nobody says what it did.</summary>
    public bool IsMuteAfterKill => Report is Report.Missing && End is { ExitCode: 0, Reason: Reasons.OutOfMemory };

    private bool HasClockBehind => End?.StartedAt < Pod.CreatedAt;

    private TimeSpan Timeout => Facts.Timeout ?? Entry.Deadline - Entry.StartBy;

    private TimeSpan Ran =>
        HasStarted && End is { } end && end.FinishedAt > end.StartedAt
            ? Shorter(end.FinishedAt - end.StartedAt, Most)
            : TimeSpan.Zero;

    /// <summary>A node's clock may say anything: its times count within those of the API server and of the operator.</summary>
    private TimeSpan Most => (Now > Pod.CreatedAt ? Now - Pod.CreatedAt : TimeSpan.Zero) + PlanLimits.ClockSkew;

    /// <summary>The ending as far as the container tells it, without the result.</summary>
    public RunEnding AsTold()
    {
        var read = Report as Report.Read;
        return new RunEnding
        {
            HasStarted = HasStarted,
            StartedAt = StartedAt,
            Ran = Ran,
            Took = Took,
            HasReport = read is not null,
            Reports = read?.Stores ?? Nothing(Entry),
            Calls = read?.Calls ?? ReportedCalls.None,
        };
    }

    public static ImmutableArray<StoreReport?> Nothing(Entry entry) => [.. new StoreReport?[entry.Stores.Length]];

    private DateTimeOffset? StartedAt
    {
        get
        {
            DateTimeOffset? told = Pod.Container switch
            {
                ContainerSight.Running(var at) => at,
                ContainerSight.Terminated { NeverRan: false, StartedAt: var at } => at,
                _ => null,
            };
            return told < Pod.CreatedAt ? Pod.CreatedAt
                : told > Now ? Now
                : told;
        }
    }

    /// <summary>Both instants are of the node's clock: a difference to one of the API server's would be a difference of clocks as well.</summary>
    private TimeSpan? Took
    {
        get
        {
            if (End is not { NeverRan: false, IsStartKnown: true } end)
            {
                return null;
            }
            var since = Pod.AcceptedAt is { } accepted && accepted < end.StartedAt ? accepted : end.StartedAt;
            return end.FinishedAt > since ? Shorter(end.FinishedAt - since, Most) : null;
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
