using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Endings;

/// <summary>The cause of an end is asked before its exit code, and what a broken-off run did not reach is owed.</summary>
public sealed class RunEndStories
{
    [Fact]
    public void Stores_that_a_drained_run_did_not_reach_are_tried_again() =>
        Assert.Equal(14, TriedAgain("EvictionByEvictionAPI"));

    [Fact]
    public void Stores_that_a_preempted_run_did_not_reach_are_tried_again() =>
        Assert.Equal(14, TriedAgain("PreemptionByScheduler"));

    [Fact]
    public void Stores_that_a_run_deleted_by_hand_did_not_reach_are_tried_again() => Assert.Equal(14, TriedAgain(null));

    [Fact]
    public void Stores_that_a_run_did_not_reach_before_its_node_shut_down_are_tried_again()
    {
        var lab = EndsOnce(0, "Completed", "Terminated");

        Assert.Equal(10, lab.Flow.Occasions[^1].Entries.Sum(e => e.Stores.Length - e.NotReached.Length));
    }

    [Fact]
    public void A_node_that_dies_before_the_timeout_is_no_timeout()
    {
        var lab = new PodLab(10, f => f with { Schedule = "*/15 * * * *", Timeout = new Duration("1m") });
        lab.Run(TimeSpan.FromMinutes(16));
        var slot = lab.NextSlot;
        // The node dies 30 s after the due time. The garbage collector removes its pods 100 s later.
        lab.Life = (pod, _) =>
            lab.Now < slot.AddSeconds(130)
                ? lab.Ordinary(pod, TimeSpan.FromHours(1))
                : pod with
                {
                    IsGone = true,
                    Phase = PodPhase.Failed,
                    Disruption = "DeletionByPodGC",
                };
        lab.DeletedIsSeenByKubelet = false;

        lab.RunTo(slot.AddMinutes(4));

        var entry = lab.EntriesOf(slot)[0];
        Assert.Equal((RunResult.Infra, Reasons.NodeLost), (entry.Result, entry.Reason));
    }

    [Fact]
    public void A_run_that_ended_in_time_is_no_timeout_when_the_news_comes_late()
    {
        var lab = new PodLab(10, f => f with { Timeout = new Duration("1m") });
        ObservedPod EndedInTime(ObservedPod pod) =>
            pod with
            {
                Phase = PodPhase.Succeeded,
                Container = new ContainerSight.Terminated(
                    0,
                    "Completed",
                    PodLab.Report(10),
                    pod.CreatedAt.AddSeconds(1),
                    pod.CreatedAt.AddSeconds(59)
                ),
            };
        lab.Life = (pod, _) =>
            lab.Now < pod.CreatedAt.AddSeconds(63) ? lab.Ordinary(pod, TimeSpan.FromHours(1)) : EndedInTime(pod);
        lab.LastState = pod => EndedInTime(pod) with { IsDeleting = true, IsGone = true };
        var slot = lab.NextSlot;

        lab.RunTo(slot.AddMinutes(3));

        var entry = lab.EntriesOf(slot)[0];
        Assert.Equal((RunResult.Succeeded, Reasons.Completed), (entry.Result, entry.Reason));
    }

    [Fact]
    public void A_failed_pod_whose_container_runs_keeps_its_stores()
    {
        var lab = new PodLab(10);
        var evictedAt = lab.NextSlot.AddSeconds(10);
        // A kubelet of 1.20 sets the phase Failed at once, and then gives the container 30 s.
        lab.Life = (pod, _) =>
            pod.CreatedAt >= evictedAt || lab.Now < evictedAt
                ? lab.Ordinary(pod, TimeSpan.FromSeconds(90))
                : pod with
                {
                    Phase = PodPhase.Failed,
                    Reason = "Evicted",
                    Container =
                        lab.Now < evictedAt.AddSeconds(30)
                            ? new ContainerSight.Running(pod.CreatedAt.AddSeconds(1))
                            : new ContainerSight.Terminated(137, "Error", "", pod.CreatedAt.AddSeconds(1), lab.Now),
                };
        lab.RunTo(evictedAt);
        Given.That(lab.Created.Count == 1, "one run of all stores");

        var most = 0;
        for (var i = 0; i < 40; i++)
        {
            lab.Run(TimeSpan.FromSeconds(1));
            most = Math.Max(most, lab.Pods.Values.Count(p => p.Container is ContainerSight.Running));
        }

        Assert.Equal(1, most);
    }

    [Fact]
    public void A_drain_after_a_child_was_killed_is_no_want_of_memory()
    {
        var lab = EndsOnce(143, "OOMKilled", podReason: null, "EvictionByEvictionAPI");

        Assert.Equal((RunResult.Infra, Reasons.Evicted), (lab.Ended[0].Ending.Result, lab.Ended[0].Ending.Reason));
    }

    [Fact]
    public void Exit_143_is_no_want_of_memory() =>
        Assert.NotEqual(Reasons.OutOfMemory, EndsOnce(143, "OOMKilled", podReason: null).Ended[0].Ending.Reason);

    [Fact]
    public void A_node_that_was_rebooted_is_infra() =>
        Assert.Equal(RunResult.Infra, EndsOnce(255, "Unknown", podReason: null).Ended[0].Ending.Result);

    [Fact]
    public void A_pod_that_the_kubelet_ended_by_its_deadline_is_timed_out() =>
        Assert.Equal(Reasons.TimedOut, EndsOnce(137, "Error", "DeadlineExceeded").Ended[0].Ending.Reason);

    [Fact]
    public void A_pod_that_the_kubelet_ended_by_its_deadline_is_timed_out_though_it_exits_0() =>
        Assert.Equal(Reasons.TimedOut, EndsOnce(0, "Completed", "DeadlineExceeded").Ended[0].Ending.Reason);

    [Fact]
    public void A_report_that_is_cut_to_a_share_of_the_pods_messages_says_so()
    {
        const int ShareOfFour = 12 * 1024 / 4;
        var lab = new PodLab(50, f => f with { MaxStoresPerRun = 50 });
        var store = """{"ok":1234,"failed":12,"e":{"t":6,"i":6},"note":"page 12 of 12, cursor kept"}""";
        var report = $$"""{"v":1,"s":[{{string.Join(',', Enumerable.Repeat(store, 50))}}]}""";
        lab.Life = (pod, _) =>
            pod.Fingerprint!.Stores.Length < 50 // all pods of the lab have one
                ? lab.Ordinary(pod, TimeSpan.FromSeconds(20))
                : Ended(lab, pod, new(0, "Completed", report[..ShareOfFour], pod.CreatedAt, lab.Now)) with
                {
                    Containers = 4,
                };

        lab.RunTo(lab.NextSlot.AddMinutes(1));

        Assert.Equal(Reasons.ReportCut, lab.Ended[0].Ending.Reason);
        Assert.Contains("4 containers", lab.Ended[0].Ending.Detail, StringComparison.Ordinal);
        // 3,072 bytes hold 36 of these stores.
        Assert.EndsWith("maxStoresPerRun: 35", lab.Ended[0].Ending.Detail, StringComparison.Ordinal);
    }

    /// <summary>Two runs of ten stores are deleted and exit with 0 after three stores. Returns how many stores run again.</summary>
    private static int TriedAgain(string? disruption)
    {
        var lab = new PodLab(20);
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Created.Clear();
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(10));
        var running = lab.Pods.Values.Where(p => p.Container is ContainerSight.Running).ToList();
        Given.That(running.Count == 2, "two runs under way");
        foreach (var pod in running)
        {
            lab.Pods[pod.Name] = pod with
            {
                IsDeleting = true,
                IsGone = true,
                Disruption = disruption,
                Phase = PodPhase.Succeeded,
                Container = new ContainerSight.Terminated(
                    0,
                    "Completed",
                    PodLab.Report(3),
                    pod.CreatedAt.AddSeconds(1),
                    lab.Now
                ),
            };
        }
        lab.RunTo(slot.AddMinutes(4));
        return lab.Created.SelectMany(c => c.Print.Stores).CountBy(s => s).Count(s => s.Value > 1);
    }

    /// <summary>The first run ends this way after four of its ten stores. Later runs succeed.</summary>
    private static PodLab EndsOnce(int exitCode, string reason, string? podReason, string? disruption = null)
    {
        var lab = new PodLab(10);
        var slot = lab.NextSlot;
        lab.Life = (pod, _) =>
            pod.CreatedAt > slot.AddSeconds(2) || lab.Now < slot.AddSeconds(20)
                ? lab.Ordinary(pod, TimeSpan.FromSeconds(40))
                : Ended(
                    lab,
                    pod,
                    new(exitCode, reason, PodLab.Report(4), pod.CreatedAt.AddSeconds(1), slot.AddSeconds(20))
                ) with
                {
                    Reason = podReason,
                    Disruption = disruption,
                    IsDeleting = disruption is not null,
                };
        lab.RunTo(slot.AddMinutes(4));
        return lab;
    }

    private static ObservedPod Ended(PodLab lab, ObservedPod pod, ContainerSight.Terminated end) =>
        lab.Now < pod.CreatedAt.AddSeconds(20) ? lab.Ordinary(pod, TimeSpan.FromMinutes(1))
        : pod.Container is ContainerSight.Terminated ? pod
        : pod with { Phase = end.ExitCode == 0 ? PodPhase.Succeeded : PodPhase.Failed, Container = end };
}
