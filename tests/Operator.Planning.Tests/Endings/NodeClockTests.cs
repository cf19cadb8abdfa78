using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Endings;

/// <summary>Ends that a node with a wrong clock tells, and ends long before the pod's.</summary>
public sealed class NodeClockTests
{
    private static readonly DateTimeOffset Created = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>By its own clock the worker ended 11 minutes before it was drained.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_drained_run_on_a_node_whose_clock_is_behind_did_not_end_by_itself(bool isAccepted)
    {
        var pod = Ended(behind: TimeSpan.FromMinutes(11), reported: 3) with
        {
            Disruption = "EvictionByEvictionAPI",
            EndAskedAt = Created.AddSeconds(20),
        };

        var ending = EndOf(isAccepted ? pod : pod with { AcceptedAt = null });

        Assert.Equal((RunResult.Infra, Reasons.Evicted), (ending?.Result, ending?.Reason));
    }

    [Fact]
    public void A_run_that_ended_long_before_its_deletion_ended_by_itself_by_whatever_clock()
    {
        var pod = Ended(behind: TimeSpan.FromMinutes(11), reported: 8) with
        {
            IsDeleting = true,
            EndAskedAt = Created.AddSeconds(60),
        };

        Assert.Equal(RunResult.Succeeded, EndOf(pod)?.Result);
    }

    /// <summary>Nobody was there to delete the pod, which an injected sidecar kept alive until the kubelet's deadline.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(8)]
    public void A_run_that_ended_long_before_its_pods_deadline_did_not_run_out_of_time(int reported)
    {
        var pod = Ended(behind: TimeSpan.Zero, reported) with
        {
            Phase = PodPhase.Failed,
            Reason = "DeadlineExceeded",
            ActiveDeadline = TimeSpan.FromSeconds(240),
        };

        Assert.Equal((RunResult.Succeeded, Reasons.Completed), (EndOf(pod)?.Result, EndOf(pod)?.Reason));
    }

    [Fact]
    public void A_run_that_ended_with_its_pods_deadline_ran_out_of_time()
    {
        var pod = Ended(behind: TimeSpan.Zero, reported: 8) with
        {
            Phase = PodPhase.Failed,
            Reason = "DeadlineExceeded",
            ActiveDeadline = TimeSpan.FromSeconds(21),
        };

        Assert.Equal(Reasons.TimedOut, EndOf(pod)?.Reason);
    }

    private static ObservedPod Ended(TimeSpan behind, int reported) =>
        new()
        {
            Name = "run",
            CreatedAt = Created,
            AcceptedAt = Created - behind,
            Phase = PodPhase.Succeeded,
            Containers = 1,
            Container = new ContainerSight.Terminated(
                0,
                "Completed",
                WorkerReport.Of(Enumerable.Repeat(WorkerReport.Store(10), reported)),
                Created.AddSeconds(1) - behind,
                Created.AddSeconds(21) - behind
            ),
        };

    private static RunEnding? EndOf(ObservedPod pod)
    {
        var entry = new Entry
        {
            Stores = [.. A.Stores(10)],
            StartBy = Created.AddSeconds(30),
            Deadline = Created.AddSeconds(150),
        };
        var facts = new RunFacts(FlowHasReported: true, RevisionHasStarted: true)
        {
            Timeout = TimeSpan.FromSeconds(60),
        };
        return RunEndings.Of(entry, pod, facts, new Observation { Now = Created.AddMinutes(5) });
    }
}
