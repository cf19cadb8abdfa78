using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Runs;

/// <summary>
/// Pilots whose container does not start in their time, on a schedule of half a minute: the operator stops them before the kubelet says why,
/// and their pods are slow to go.
/// </summary>
public sealed class LatePilotStories
{
    private const string Pull =
        "failed to resolve reference \"registry.nowhere/x:2\": lookup registry.nowhere: no such host";
    private static readonly TimeSpan ToGo = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_pilot_that_is_late_is_told_at_once_and_once()
    {
        var lab = Attempted(TimeSpan.FromHours(1));

        lab.Run(TimeSpan.FromSeconds(14));

        var attempt = lab.Last.RolloutStatus?.Attempt;
        Assert.Equal(Reasons.PilotNotStarted, attempt?.Reason);
        Assert.Contains("its container has not started after 8 s: ContainerCreating", attempt?.Message, Ordinal);
        lab.Run(TimeSpan.FromMinutes(6));
        Given.That(lab.Ended.Count(e => e.Entry.IsPilot) > 2, "more pilots");
        var told = Assert.Single(lab.Events, e => e.Reason == Reasons.NotStarted);
        Assert.Contains("did not start in time", told.Message, Ordinal);
    }

    [Fact]
    public void What_the_kubelet_says_of_a_stopped_pilot_ends_the_attempt_in_its_words()
    {
        var lab = Attempted(TimeSpan.FromSeconds(10));

        lab.Run(TimeSpan.FromMinutes(2));

        var ended = Assert.Single(lab.Record.Attempts.History);
        Assert.Equal((AttemptOutcome.RolledBack, Reasons.ImageUnavailable), (ended.Outcome, ended.Reason));
        Assert.Contains("ErrImagePull: failed to resolve", ended.Message, Ordinal);
        Assert.EndsWith("no such host", ended.Message, Ordinal);
        Assert.Single(lab.Ended, e => e.Entry.IsPilot);
    }

    /// <summary>A kubelet may set the last state of a pod that it ended to one that says nothing.</summary>
    [Fact]
    public void What_was_told_once_counts_though_the_last_state_says_nothing()
    {
        var lab = Attempted(TimeSpan.FromSeconds(10), endsUnfound: true);

        lab.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(Reasons.ImageUnavailable, Assert.Single(lab.Record.Attempts.History).Reason);
    }

    [Fact]
    public void A_pod_that_was_ended_before_its_container_was_made_proves_no_start()
    {
        var lab = Attempted(TimeSpan.FromHours(1), endsUnfound: true);

        lab.Run(TimeSpan.FromMinutes(5));

        var pilots = lab.Ended.Where(e => e.Entry.IsPilot).ToList();
        Assert.NotEmpty(pilots);
        Assert.All(pilots, p => Assert.Equal((RunResult.Infra, Reasons.NotStarted), (p.Entry.Result, p.Entry.Reason)));
        Assert.False(lab.Record.RunningAttempt?.HasStarted);
    }

    [Fact]
    public void The_next_pilot_is_another_store_of_the_cohort()
    {
        var lab = Attempted(TimeSpan.FromHours(1));

        lab.Run(TimeSpan.FromMinutes(8));

        var pilots = lab.Ended.Where(e => e.Entry.IsPilot).Select(e => e.Entry.Stores[0]).ToList();
        Given.That(pilots.Count >= 4, $"some pilots, not {pilots.Count}");
        Assert.Equal(pilots.Take(4), pilots.Take(4).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void What_its_store_misses_is_neither_a_lost_node_nor_a_run_that_is_too_long()
    {
        var lab = Attempted(TimeSpan.FromHours(1));

        lab.Run(TimeSpan.FromMinutes(8));

        var missed = lab.Flow.MissedBy;
        Given.That(missed.Total > 0, "syncs that are missed");
        Assert.Equal(missed.Total, missed.Infra);
    }

    [Fact]
    public void A_pilot_that_starts_at_last_lets_the_attempt_go_on()
    {
        var lab = Attempted(TimeSpan.FromHours(1));
        lab.Run(TimeSpan.FromMinutes(3));
        lab.Life = (pod, _) => Going(lab, pod) ?? lab.Ordinary(pod, TimeSpan.FromSeconds(5));

        lab.Run(TimeSpan.FromMinutes(2));

        var isPromoted = lab.Record.Stable?.Sync.Image == A.Bad;
        Assert.True(isPromoted || lab.Record.RunningAttempt is { HasStarted: true, Refusal: null });
    }

    /// <summary>An attempt whose candidate's image is asked of a registry that does not answer for this time.</summary>
    private static PodLab Attempted(TimeSpan pull, bool endsUnfound = false)
    {
        var lab = new PodLab(
            16,
            f =>
                f with
                {
                    Schedule = "@every 30s",
                    StartingDeadline = new Duration("15s"),
                    MaxStoresPerRun = 1,
                    MaxConcurrentRuns = 40,
                }
        )
        {
            Rollout = Worlds.Steps("50%", "100%"),
            DeletedIsSeenByKubelet = false,
        };
        lab.Life = (pod, draft) =>
            Going(lab, pod, endsUnfound)
            ?? (
                draft.Revision.Sync.Image != A.Bad
                    ? lab.Ordinary(pod, TimeSpan.FromSeconds(5))
                    : pod with
                    {
                        Container =
                            lab.Now - pod.CreatedAt < pull
                                ? new ContainerSight.Waiting("ContainerCreating", "")
                                : new ContainerSight.Waiting("ErrImagePull", Pull),
                    }
            );
        lab.Run(TimeSpan.FromMinutes(2));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Bad });
        return lab;
    }

    /// <summary>The kubelet ends a deleted pod: at once when its container has ended, else when the pull is over. Null: it need not yet.</summary>
    private static ObservedPod? Going(PodLab lab, ObservedPod pod, bool endsUnfound = false)
    {
        var isOver = pod.Container is ContainerSight.Terminated || lab.Now >= pod.EndAskedAt + ToGo;
        return !pod.IsDeleting || !isOver ? null
            : !endsUnfound || pod.Container is ContainerSight.Terminated ? pod with { IsGone = true }
            : pod with
            {
                IsGone = true,
                Phase = PodPhase.Failed,
                Container = new ContainerSight.Terminated(
                    137,
                    "ContainerStatusUnknown",
                    "The container could not be located when the pod was terminated",
                    DateTimeOffset.UnixEpoch,
                    DateTimeOffset.UnixEpoch
                ),
            };
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
