using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Endings;

/// <summary>Pods whose container does not start, or starts by a wrong clock.</summary>
public sealed class PodStartStories
{
    [Fact]
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

    [Fact]
    public void A_pod_that_the_kubelet_rejects_carries_the_kubelets_word()
    {
        var lab = Rejected(seconds: 8);

        Assert.Equal((RunResult.Infra, "OutOfcpu"), (lab.Ended[0].Ending.Result, lab.Ended[0].Ending.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_init_container_that_fails_is_no_lost_node(bool isTold)
    {
        var lab = new PodLab(10);
        lab.Life = (pod, _) =>
            lab.Now < pod.CreatedAt.AddSeconds(5)
                ? pod
                : pod with
                {
                    Phase = PodPhase.Failed,
                    Container = new ContainerSight.Waiting("PodInitializing", ""),
                    Init = isTold
                        ? new InitSight("setup", new ContainerSight.Terminated(1, "Error", "", pod.CreatedAt, lab.Now))
                        : null,
                };

        lab.RunTo(lab.NextSlot.AddMinutes(1));

        Assert.Equal(Reasons.InitContainerFailed, lab.Ended[0].Ending.Reason);
    }

    [Fact]
    public void A_container_that_can_not_be_created_ends_the_attempt() =>
        EndsTheAttempt("CreateContainerError", "failed to generate spec: no command specified");

    [Fact]
    public void A_container_that_can_not_be_run_ends_the_attempt() =>
        EndsTheAttempt("RunContainerError", "exec: \"sync\": executable file not found in $PATH");

    [Fact]
    public void A_word_that_no_kubelet_had_yet_ends_the_attempt_too() =>
        EndsTheAttempt("SomeNewError", "the moon is in the wrong quarter");

    [Fact]
    public void The_third_start_error_ends_the_attempt_and_costs_no_store_a_sync()
    {
        var lab = WithoutCommand();

        lab.Run(TimeSpan.FromMinutes(24));

        Assert.Equal(3, lab.Ended.Count(e => e.Entry.Arm == Arm.Candidate));
        Assert.Equal((Reasons.RolledBack, Reasons.StartError), PhaseOf(lab));
        Assert.Contains("not found in $PATH", lab.Last.RolloutStatus?.Attempt?.Message, StringComparison.Ordinal);
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    /// <summary>A node that can create no container says nothing against the version.</summary>
    [Fact]
    public void Where_no_container_can_be_created_no_attempt_ends()
    {
        var lab = new PodLab(40) { Rollout = Worlds.Steps("50%", "100%") };
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Bad });
        lab.Life = (pod, _) =>
            pod with
            {
                Container = new ContainerSight.Waiting("CreateContainerError", "no space left"),
            };

        lab.Run(TimeSpan.FromMinutes(45), stepSeconds: 2);

        Given.That(lab.Ended.Count(e => e.Entry.Arm == Arm.Candidate) >= 3, "candidate runs that did not start");
        Assert.NotNull(lab.Record.RunningAttempt);
        Assert.Equal("False", lab.Ready.Status);
    }

    /// <summary>After the pilot started, the container can't be run in half of the candidate's runs: a node of another architecture.</summary>
    [Fact]
    public void Stores_whose_candidate_can_not_start_run_on_stable_on_the_same_due_time()
    {
        var lab = new PodLab(40) { Rollout = Worlds.Steps("50%", "100%") };
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Bad });
        lab.RunTo(lab.NextSlot.AddMinutes(1));
        Given.That(lab.Record.RunningAttempt is { HasStarted: true }, "a pilot that started");
        lab.Life = (pod, draft) =>
            draft.Revision.Sync.Image == A.Bad && pod.Fingerprint!.Index % 2 == 1 // all pods of the lab have one
                ? NotFound(lab, pod)
                : lab.Ordinary(pod, TimeSpan.FromSeconds(20));
        var slot = lab.NextSlot;

        lab.RunTo(slot.AddMinutes(4));

        var entries = lab.EntriesOf(slot);
        Given.That(entries.Any(e => e.Result == RunResult.NotStarted), "candidate runs that could not start");
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
        Assert.All(
            entries.Where(e => e.Result == RunResult.NotStarted).SelectMany(e => e.Stores),
            s =>
                Assert.Contains(
                    entries,
                    e => e.Arm == Arm.Stable && e.Result == RunResult.Succeeded && e.Stores.Contains(s)
                )
        );
    }

    [Fact]
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

    /// <summary>The candidate's image lacks the command: the runtime reports exit code 128, StartError, start in 1970.</summary>
    private static PodLab WithoutCommand()
    {
        var lab = new PodLab(40) { Rollout = Worlds.Steps("50%", "100%") };
        lab.Life = (pod, draft) =>
            draft.Revision.Sync.Image != A.Bad ? lab.Ordinary(pod, TimeSpan.FromSeconds(20)) : NotFound(lab, pod);
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Bad });
        lab.RunTo(lab.NextSlot.AddMinutes(1));
        Given.That(lab.Ended.Exists(e => e.Entry.Arm == Arm.Candidate), "a candidate run that ended");
        return lab;
    }

    private static ObservedPod NotFound(PodLab lab, ObservedPod pod) =>
        lab.Now < pod.CreatedAt.AddSeconds(1) || pod.Container is ContainerSight.Terminated
            ? pod
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

    private static (string?, string?) PhaseOf(PodLab lab) =>
        (lab.Last.RolloutStatus?.Phase, lab.Last.RolloutStatus?.Attempt?.Reason);

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
        Assert.Equal(3, lab.Ended.Count(e => e.Entry.Arm == Arm.Candidate));
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
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
