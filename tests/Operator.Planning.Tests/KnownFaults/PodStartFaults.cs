using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Pods that do not start, that a finalizer keeps, or whose node has a wrong clock.</summary>
public sealed class PodStartFaults
{
    [KnownFault("4 of 11", 6)]
    public void A_command_that_is_not_there_did_not_start()
    {
        var lab = WithoutCommand();

        Assert.Equal(RunResult.NotStarted, lab.Ended.First(e => e.Entry.Arm == Arm.Candidate).Ending.Result);
    }

    [Fact]
    public void A_container_that_started_in_1970_ran_for_no_time()
    {
        var lab = WithoutCommand();

        Assert.Equal(TimeSpan.Zero, lab.Ended.Max(e => e.Entry.Arm == Arm.Candidate ? e.Ending.Ran : TimeSpan.Zero));
    }

    [KnownFault("4 of 11", 8)]
    public void A_pod_that_the_kubelet_rejects_carries_the_kubelets_word()
    {
        var lab = Rejected(seconds: 8);

        Assert.Equal((RunResult.Infra, "OutOfcpu"), (lab.Ended[0].Ending.Result, lab.Ended[0].Ending.Reason));
    }

    [Fact]
    public void An_init_container_that_fails_is_no_lost_node()
    {
        var lab = new PodLab(10);
        lab.Life = (pod, _) =>
            lab.Now < pod.CreatedAt.AddSeconds(5)
                ? pod
                : pod with
                {
                    Phase = PodPhase.Failed,
                    Container = new ContainerSight.Waiting("PodInitializing", ""),
                    Init = new InitSight(
                        "setup",
                        new ContainerSight.Terminated(1, "Error", "", pod.CreatedAt, lab.Now)
                    ),
                };

        lab.RunTo(lab.NextSlot.AddMinutes(1));

        Assert.NotEqual(Reasons.NodeLost, lab.Ended[0].Ending.Reason);
    }

    [KnownFault("4 of 11", 9)]
    public void A_container_that_can_not_be_created_ends_the_attempt() =>
        EndsTheAttempt("CreateContainerError", "failed to generate spec: no command specified");

    [KnownFault("4 of 11", 9)]
    public void A_container_that_can_not_be_run_ends_the_attempt() =>
        EndsTheAttempt("RunContainerError", "exec: \"sync\": executable file not found in $PATH");

    [KnownFault("4 of 11", 11)]
    public void A_run_that_started_as_it_was_given_up_was_not_deleted_by_others()
    {
        var lab = new PodLab(10, f => f with { StartingDeadline = new Duration("30s") });
        lab.Life = (pod, _) => pod;
        lab.LastState = pod =>
            pod with
            {
                IsDeleting = true,
                IsGone = true,
                Phase = PodPhase.Failed,
                Container = new ContainerSight.Terminated(143, "Error", "", lab.Now, lab.Now.AddSeconds(1)),
            };

        lab.RunTo(lab.NextSlot.AddMinutes(3));

        Given.That(lab.Ended[0].Entry.Stop == StopCause.StartTimeout, "a run that was given up");
        Assert.NotEqual(Reasons.Deleted, lab.Ended[0].Ending.Reason);
    }

    [Fact]
    public void A_typical_run_is_measured_by_one_clock()
    {
        var lab = new PodLab(20);
        var ahead = TimeSpan.FromMinutes(11);
        lab.Life = (pod, _) => OnAClock(lab.Ordinary(pod, TimeSpan.FromSeconds(20)), pod, ahead);

        lab.Run(TimeSpan.FromMinutes(31));

        Assert.InRange(lab.Flow.TypicalRun ?? TimeSpan.Zero, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
    }

    [KnownFault("4 of 11", 12)]
    public void Every_store_is_synced_after_a_kubelet_rejected_pods_for_8_seconds() =>
        Assert.Equal(20, Synced(Rejected(seconds: 8)));

    [KnownFault("4 of 11", 12)]
    public void Every_store_is_synced_after_a_kubelet_rejected_pods_for_30_seconds() =>
        Assert.Equal(20, Synced(Rejected(seconds: 30)));

    [KnownFault("4 of 11", 18)]
    public void Pods_that_a_finalizer_keeps_are_told()
    {
        var lab = new PodLab(10) { HoldsDeletedPods = true };

        lab.Run(TimeSpan.FromMinutes(40), stepSeconds: 5);

        Given.That(lab.Pods.Values.Any(p => p.IsDeleting), "pods that wait for a finalizer");
        Assert.Contains(
            lab.Last.ConnectorStatus.Conditions,
            c => c.Message.Contains("finalizer", StringComparison.OrdinalIgnoreCase)
        );
    }

    [KnownFault("4 of 11", 19)]
    public void A_node_that_is_switched_off_is_not_blamed_on_concurrency()
    {
        var lab = new PodLab(40, f => f with { MaxConcurrentRuns = 10 });
        lab.Run(TimeSpan.FromMinutes(6));
        var slot = lab.NextSlot;
        lab.DeletedIsSeenByKubelet = false;
        var lost = new HashSet<string>(StringComparer.Ordinal);
        lab.Life = (pod, _) =>
        {
            // Two of the four runs of the due time are on the node.
            var isLost = lost.Contains(pod.Name) || (pod.CreatedAt == slot && lost.Count < 2 && lost.Add(pod.Name));
            return !isLost ? lab.Ordinary(pod, TimeSpan.FromSeconds(20))
                : lab.Now <= slot.AddSeconds(340) ? lab.Ordinary(pod, TimeSpan.FromDays(1))
                : pod with { IsDeleting = true, Disruption = "DeletionByTaintManager" };
        };

        lab.RunTo(slot.AddMinutes(14.5));

        Given.That(lab.Flow.MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal(0, lab.Flow.MissedBy.Concurrency);
    }

    /// <summary>The candidate's image lacks the command: the runtime reports exit code 128, StartError, start in 1970.</summary>
    private static PodLab WithoutCommand()
    {
        var lab = new PodLab(40) { Rollout = Worlds.Steps("50%", "100%") };
        lab.Life = (pod, draft) =>
            draft.Revision.Sync.Image != A.Bad ? lab.Ordinary(pod, TimeSpan.FromSeconds(20))
            : lab.Now < pod.CreatedAt.AddSeconds(1) || pod.Container is ContainerSight.Terminated ? pod
            : pod with
            {
                Phase = PodPhase.Failed,
                Container = new ContainerSight.Terminated(
                    128,
                    "StartError",
                    "exec: \"sync\": executable file not found in $PATH",
                    DateTimeOffset.UnixEpoch,
                    lab.Now
                ),
            };
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Bad });
        lab.RunTo(lab.NextSlot.AddMinutes(1));
        Given.That(lab.Ended.Exists(e => e.Entry.Arm == Arm.Candidate), "a candidate run that ended");
        return lab;
    }

    private static void EndsTheAttempt(string reason, string message)
    {
        var lab = new PodLab(40) { Rollout = Worlds.Steps("50%", "100%") };
        lab.Life = (pod, draft) =>
            draft.Revision.Sync.Image == A.Bad
                ? pod with
                {
                    Container = new ContainerSight.Waiting(reason, message),
                }
                : lab.Ordinary(pod, TimeSpan.FromSeconds(20));
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Bad });
        lab.Created.Clear();

        lab.Run(TimeSpan.FromMinutes(30), stepSeconds: 2);

        Given.That(lab.Created.Exists(c => c.Draft.Revision.Sync.Image == A.Bad), "pods of the candidate");
        Assert.Equal(Reasons.RolledBack, lab.Last.RolloutStatus?.Phase);
        Assert.Contains(message, lab.Last.RolloutStatus?.Attempt?.Message ?? "", StringComparison.Ordinal);
    }

    /// <summary>The kubelet rejects every pod with OutOfcpu for the given seconds. Ends 4 minutes after the due time.</summary>
    private static PodLab Rejected(int seconds)
    {
        var lab = new PodLab(20);
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Ended.Clear();
        var slot = lab.NextSlot;
        lab.Life = (pod, _) =>
            lab.Now < slot.AddSeconds(seconds) || pod.Phase == PodPhase.Failed
                ? pod with
                {
                    Phase = PodPhase.Failed,
                    Reason = "OutOfcpu",
                }
                : lab.Ordinary(pod, TimeSpan.FromSeconds(20));
        lab.RunTo(slot.AddMinutes(4));
        return lab;
    }

    private static int Synced(PodLab lab) =>
        lab
            .Flow.Occasions[^1]
            .Entries.Where(e => e.Result == RunResult.Succeeded)
            .SelectMany(e => e.Stores)
            .Distinct()
            .Count();

    private static ObservedPod OnAClock(ObservedPod pod, ObservedPod before, TimeSpan ahead) =>
        before.Container is ContainerSight.Terminated
            ? before
            : pod.Container switch
            {
                ContainerSight.Running r => pod with { Container = new ContainerSight.Running(r.StartedAt + ahead) },
                ContainerSight.Terminated t => pod with
                {
                    Container = new ContainerSight.Terminated(
                        t.ExitCode,
                        t.Reason,
                        t.Message,
                        t.StartedAt + ahead,
                        t.FinishedAt + ahead
                    ),
                },
                _ => pod,
            };
}
