using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Endings;

public sealed class RunEndingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static Entry EntryWithoutImage() =>
        new()
        {
            Stores = ["store-001"],
            StartBy = Now,
            Deadline = Now.AddMinutes(1),
            Stop = StopCause.StartTimeout,
            WaitingReason = Reasons.ImageUnavailable,
        };

    [Theory]
    [InlineData(false, RunResult.NotStarted)]
    [InlineData(true, RunResult.Infra)]
    public void An_image_that_cannot_be_had_blames_the_version_only_if_it_never_ran(bool hasRun, RunResult expected)
    {
        var pod = new ObservedPod { Name = "run", IsGone = true };

        var ending = RunEndings.Of(
            EntryWithoutImage(),
            pod,
            new RunFacts(FlowHasReported: true, hasRun),
            new Observation { Now = Now }
        );

        Assert.Equal(expected, ending!.Result);
        Assert.Equal(Reasons.ImageUnavailable, ending.Reason);
    }

    /// <summary>Seen on 1.20: before a deleted pod is gone, the kubelet reports phase Failed and no end of the container.</summary>
    [Fact]
    public void A_pod_that_failed_without_a_word_while_it_was_deleted_was_deleted()
    {
        var pod = new ObservedPod
        {
            Name = "run",
            Phase = PodPhase.Failed,
            IsDeleting = true,
            Container = new ContainerSight.Waiting("ContainerCreating", ""),
        };

        var ending = RunEndings.Of(
            EntryWithoutImage() with
            {
                Stop = null,
            },
            pod,
            new RunFacts(FlowHasReported: true, RevisionHasStarted: true),
            new Observation { Now = Now }
        );

        Assert.Equal((RunResult.Infra, Reasons.Deleted), (ending!.Result, ending.Reason));
    }

    /// <summary>For a container that ends at once, a runtime may report a start after the end.</summary>
    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    public void A_run_takes_no_less_than_nothing(int told, int expected)
    {
        var pod = new ObservedPod
        {
            Name = "run",
            Container = new ContainerSight.Terminated(0, "Completed", "", Now, Now.AddSeconds(told)),
        };

        var ending = RunEndings.Of(
            EntryWithoutImage() with
            {
                Stop = null,
            },
            pod,
            new RunFacts(FlowHasReported: false, RevisionHasStarted: true),
            new Observation { Now = Now }
        );

        Assert.Equal(TimeSpan.FromSeconds(expected), ending!.Ran);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11 * 60)]
    [InlineData(-11 * 60)]
    [InlineData(365 * 24 * 60 * 60)]
    public void A_nodes_clock_counts_within_what_the_other_clocks_say(int secondsAhead)
    {
        var (created, ahead) = (Now.AddSeconds(-22), TimeSpan.FromSeconds(secondsAhead));
        var pod = new ObservedPod
        {
            Name = "run",
            CreatedAt = created,
            Phase = PodPhase.Succeeded,
            Container = new ContainerSight.Terminated(
                0,
                "Completed",
                "",
                created.AddSeconds(1) + ahead,
                created.AddSeconds(21) + ahead
            ),
        };

        var ending = EndingOf(pod);

        Assert.Equal(TimeSpan.FromSeconds(20), ending.Ran);
        Assert.InRange(ending.StartedAt ?? default, created, Now);
        Assert.InRange(ending.Took ?? TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(27));
    }

    [Fact]
    public void A_run_lasts_no_longer_than_its_pod_has_existed()
    {
        var container = new ContainerSight.Terminated(0, "Completed", "", DateTimeOffset.UnixEpoch, Now);

        var ending = EndingOf(new ObservedPod { CreatedAt = Now.AddSeconds(-22), Container = container });

        Assert.Equal((TimeSpan.FromSeconds(27), Now.AddSeconds(-22)), (ending.Ran, ending.StartedAt));
    }

    private static RunEnding EndingOf(ObservedPod pod)
    {
        var facts = new RunFacts(FlowHasReported: false, RevisionHasStarted: true);
        return RunEndings.Of(EntryWithoutImage() with { Stop = null }, pod, facts, new Observation { Now = Now })!; // it has ended
    }

    /// <summary>Its node's clock is 11 minutes behind, so the start is told as before the creation.</summary>
    [Fact]
    public void The_length_of_a_run_never_mixes_two_clocks()
    {
        var (created, behind) = (Now.AddSeconds(-22), TimeSpan.FromMinutes(-11));
        var end = new ContainerSight.Terminated(
            0,
            "Completed",
            "",
            created.AddSeconds(2) + behind,
            created.AddSeconds(21) + behind
        );

        var ending = EndingOf(
            new ObservedPod
            {
                CreatedAt = created,
                AcceptedAt = created.AddSeconds(1) + behind,
                Container = end,
            }
        );

        Assert.Equal((TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(20)), (ending.Ran, ending.Took));
    }

    [Theory]
    [InlineData("OutOfcpu", "", null, true)]
    [InlineData(null, "PodInitializing", "istio-init", true)]
    [InlineData("Evicted", "", null, false)]
    public void Calls_that_were_promised_to_a_pod_that_never_ran_come_back(
        string? reason,
        string waiting,
        string? init,
        bool isSure
    )
    {
        var ending = EndingOf(
            new ObservedPod
            {
                Phase = PodPhase.Failed,
                Reason = reason,
                Init = init is null
                    ? null
                    : new InitSight(init, new ContainerSight.Terminated(1, "Error", "", Now.AddSeconds(-2), Now)),
                Container = new ContainerSight.Waiting(waiting, ""),
            }
        );

        Assert.Equal((RunResult.Infra, isSure), (ending.Result, ending.NeverStarted));
    }
}
