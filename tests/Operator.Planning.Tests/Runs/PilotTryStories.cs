using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Runs;

/// <summary>
/// A pilot that the cluster ended before its container started says nothing of the version: it is tried again, on its own store, within
/// its time. After that its store runs on stable.
/// </summary>
public sealed class PilotTryStories
{
    private static readonly TimeSpan Typical = TimeSpan.FromSeconds(20);

    /// <summary>Nodes that are full for the first half minute of each due time.</summary>
    [Theory]
    [InlineData("*/5 * * * *")]
    [InlineData("0 * * * *")]
    public void An_attempt_starts_though_each_due_time_begins_with_rejections(string schedule)
    {
        var (lab, slot) = Shipped(schedule);
        lab.Life = (pod, _) => Rejected(lab, pod, slot, seconds: 30);

        lab.RunTo(slot.AddMinutes(4));

        Assert.True(lab.Record.RunningAttempt is { HasStarted: true });
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    /// <summary>
    /// The same on each second due time, until the rollout has promoted. On each there would be no evidence: the first runs of both versions
    /// are lost, and retries are none.
    /// </summary>
    [Fact]
    public void A_rollout_gets_on_though_each_second_due_time_begins_with_rejections()
    {
        var (lab, _) = Shipped("*/5 * * * *");
        lab.Life = (pod, _) =>
            pod.Phase == PodPhase.Failed
            || (lab.Now.Minute % 10 == 5 && lab.Now.Second < 30 && pod.Container is ContainerSight.Waiting)
                ? Rejection(pod)
                : lab.Ordinary(pod, Typical);

        lab.Run(TimeSpan.FromMinutes(75));

        Assert.Equal(A.Better, lab.Record.Stable?.Sync.Image);
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    [Fact]
    public void The_tries_wait_are_of_one_store_and_end_in_half_of_the_time()
    {
        var (lab, slot) = Shipped("*/5 * * * *");
        lab.Life = (pod, draft) => IsCandidate(draft) ? Rejection(pod) : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddMinutes(4));

        var pilots = lab.EntriesOf(slot).Where(e => e.IsPilot).ToList();
        Assert.Single(pilots.SelectMany(p => p.Stores).Distinct());
        var at = lab
            .Created.Where(c => IsCandidate(c.Draft) && c.At >= slot)
            .Select(c => (int)(c.At - slot).TotalSeconds);
        Assert.Equal([0, 2, 5, 10, 19, 35, 51, 58], at);
        var stable = lab.EntriesOf(slot).Last(e => e.Stores.Contains(pilots[0].Stores[0]));
        Assert.Equal((Arm.Stable, RunResult.Succeeded), (stable.Arm, stable.Result));
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
        Assert.NotNull(lab.Record.RunningAttempt);
        Assert.Equal(pilots.Count, pilots.Count(p => p.StartBy == pilots[0].StartBy));
    }

    /// <summary>The other stores of the cohort are served meanwhile, and none of them is a pilot beside it.</summary>
    [Fact]
    public void No_other_store_waits_for_the_tries()
    {
        var (lab, slot) = Shipped("*/5 * * * *");
        lab.Life = (pod, draft) => IsCandidate(draft) ? Rejection(pod) : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddSeconds(10));

        var onStable = lab.Created.Where(c => c.At >= slot && !IsCandidate(c.Draft)).SelectMany(c => c.Print.Stores);
        Assert.Equal(39, onStable.Distinct().Count());
    }

    /// <summary>What is the version's own fault, or takes all of the time, is not tried again on the same due time.</summary>
    [Theory]
    [InlineData("ErrImagePull")]
    [InlineData("CreateContainerError")]
    [InlineData("ContainerCreating")]
    public void A_pilot_that_does_not_start_by_itself_is_tried_once(string reason)
    {
        var (lab, slot) = Shipped("*/5 * * * *");
        lab.Life = (pod, draft) =>
            IsCandidate(draft)
                ? pod with
                {
                    Container = new ContainerSight.Waiting(reason, "words"),
                }
                : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddMinutes(4));

        Assert.Single(lab.EntriesOf(slot), e => e.IsPilot);
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    [Theory]
    [InlineData("3s")]
    [InlineData("5s")]
    [InlineData("10s")]
    [InlineData("30s")]
    public void No_startingDeadline_is_too_short_to_run_on_stable_instead(string startingDeadline)
    {
        var (lab, slot) = Shipped("*/5 * * * *", f => f with { StartingDeadline = new Duration(startingDeadline) });
        lab.Life = (pod, draft) => IsCandidate(draft) ? Rejection(pod) : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddMinutes(14));

        Given.That(lab.Ended.Any(e => e.Entry.IsPilot), "pilots");
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    /// <summary>A flow that came with the candidate has no stable to go back to. Its pilot waits all the same.</summary>
    [Fact]
    public void The_tries_of_a_flow_that_only_the_candidate_runs_wait_too()
    {
        var lab = new PodLab(4, f => f with { Schedule = "0 0 * * *" }) { Rollout = Worlds.Steps("50%", "100%") };
        lab.Connector = lab.Connector.With(lab.Connector.Spec.Flows[0], Late("0 0 * * *") with { Name = "prices" });
        lab.RunTo(lab.NextSlot.AddMinutes(2), stepSeconds: 60);
        lab.Run(TimeSpan.FromMinutes(3));
        lab.Connector = lab
            .Connector.With([.. lab.Connector.Spec.Flows, Late("*/5 * * * *")])
            .WithSync(s => s with { Image = A.Better });
        lab.Life = (pod, _) => Rejection(pod);
        lab.Created.Clear();

        lab.Run(TimeSpan.FromMinutes(7));

        var at = lab
            .Created.Where(c => c.Print.Flow == "late")
            .Select(c => (int)(c.At - lab.Created[0].At).TotalSeconds);
        Assert.Equal([0, 2, 5, 10, 19, 35, 51, 58], at);
    }

    /// <summary>The operator is away while the pilot waits for its next try.</summary>
    [Fact]
    public void After_the_time_of_the_pilot_is_over_its_store_runs_on_stable_at_once()
    {
        var (lab, slot) = Shipped("*/5 * * * *");
        lab.Life = (pod, draft) => IsCandidate(draft) ? Rejection(pod) : lab.Ordinary(pod, Typical);
        lab.RunTo(slot.AddSeconds(21));
        var store = lab.EntriesOf(slot).First(e => e.IsPilot).Stores[0];

        lab.Run(TimeSpan.FromSeconds(200), stepSeconds: 70);

        Assert.Contains(lab.EntriesOf(slot), e => e.Arm == Arm.Stable && e.Stores.Contains(store));
    }

    private static (PodLab Lab, DateTimeOffset Slot) Shipped(string schedule, Func<Flow, Flow>? flow = null)
    {
        var lab = new PodLab(
            40,
            f => (flow?.Invoke(f) ?? f) with { Schedule = schedule, MaxStoresPerRun = 4, MaxConcurrentRuns = 20 }
        )
        {
            Rollout = Worlds.Steps("50%", "100%"),
        };
        lab.RunTo(lab.NextSlot.AddMinutes(1), stepSeconds: 1);
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Better });
        lab.Run(TimeSpan.FromSeconds(5));
        Given.That(lab.Record.RunningAttempt is { HasStarted: false }, "an attempt whose pilot waits");
        return (lab, lab.NextSlot);
    }

    private static Flow Late(string schedule) =>
        new()
        {
            Name = "late",
            Schedule = schedule,
            MaxStoresPerRun = 10,
        };

    private static ObservedPod Rejected(PodLab lab, ObservedPod pod, DateTimeOffset slot, int seconds) =>
        lab.Now < slot.AddSeconds(seconds) || pod.Phase == PodPhase.Failed
            ? Rejection(pod)
            : lab.Ordinary(pod, Typical);

    private static ObservedPod Rejection(ObservedPod pod) => pod with { Phase = PodPhase.Failed, Reason = "OutOfcpu" };

    private static bool IsCandidate(Output.PodDraft draft) => draft.Revision.Sync.Image == A.Better;
}
