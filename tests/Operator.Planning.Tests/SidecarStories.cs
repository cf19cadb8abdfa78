using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>A webhook injects a container that never ends into each pod. The run is what the container <c>sync</c> does.</summary>
public sealed class SidecarStories
{
    /// <summary>startingDeadline, and the time in which a late create of the same name may still arrive.</summary>
    private static readonly TimeSpan UntilLate = TimeSpan.FromMinutes(2) + new PlanLimits().LateArrival;

    [Fact]
    public void A_run_is_over_when_its_sync_container_has_ended()
    {
        var (lab, slot) = Injected();

        lab.RunTo(slot.AddSeconds(40));

        Assert.All(lab.EntriesOf(slot), e => Assert.Equal(RunResult.Succeeded, e.Result));
        Assert.Equal(0, lab.Last.ConnectorStatus.Flows[0].ActiveRuns);
        Assert.All(lab.Pods.Values, p => Assert.True(p.IsKeptBySidecar));
    }

    [Fact]
    public void A_pod_that_only_a_sidecar_keeps_alive_is_deleted_when_its_name_can_be_given_up()
    {
        var (lab, slot) = Injected();

        lab.RunTo(slot + UntilLate);
        var names = lab.Pods.Count;
        lab.Run(TimeSpan.FromSeconds(3));

        Assert.Equal((2, 0), (names, lab.Pods.Count));
    }

    [Fact]
    public void Nobody_needs_to_look_again_for_the_deletion_to_come()
    {
        var (lab, slot) = Injected();

        lab.RunTo(slot.AddSeconds(60));

        Assert.InRange(lab.Last.WakeAt ?? default, lab.Now, slot + UntilLate + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_report_is_committed_before_its_pod_is_deleted()
    {
        var (lab, slot) = Injected(second: TimeSpan.FromMinutes(4));

        lab.RunTo(slot.AddSeconds(30));

        // The other run still goes on, so nothing but the sidecar asks for a commit.
        Assert.Equal([RunResult.Succeeded, null], lab.EntriesOf(slot).Select(e => e.Result));
        lab.RunTo(slot + UntilLate + TimeSpan.FromSeconds(3));
        Assert.Equal(1, Assert.Single(lab.Pods.Values).Fingerprint?.Index);
    }

    [Fact]
    public void A_pod_without_a_sidecar_stays_for_its_log()
    {
        var (lab, slot) = Injected(hasSidecar: false);

        lab.RunTo(slot + UntilLate + TimeSpan.FromSeconds(3));

        Assert.Equal(2, lab.Pods.Count);
    }

    [Fact]
    public void A_process_that_knows_its_own_creates_waits_only_for_those_that_may_still_arrive()
    {
        var (lab, slot) = Injected(since: TimeSpan.FromMinutes(-1));

        lab.RunTo(slot.AddSeconds(21));
        var names = lab.Pods.Count;
        lab.RunTo(slot.AddSeconds(26)); // they ran for 20 s, longer than a create can take

        Assert.Equal((2, 0), (names, lab.Pods.Count));
        Assert.All(lab.EntriesOf(slot), e => Assert.Equal(RunResult.Succeeded, e.Result));
    }

    [Fact]
    public void A_create_without_an_answer_may_still_arrive()
    {
        var (lab, slot) = Injected(since: TimeSpan.FromMinutes(-1));
        var name = lab.Pods.Keys.First();
        lab.UnansweredCreates = lab.UnansweredCreates.Add(name, slot.AddSeconds(20));

        lab.RunTo(slot.AddSeconds(32));
        Assert.Equal([name], lab.Pods.Keys);
        lab.RunTo(slot.AddSeconds(36));

        Assert.Empty(lab.Pods);
    }

    [Fact]
    public void The_leader_before_may_have_sent_a_create_when_it_ended()
    {
        var (lab, slot) = Injected(since: TimeSpan.FromSeconds(15));

        lab.RunTo(slot.AddSeconds(27));
        var names = lab.Pods.Count;
        lab.RunTo(slot.AddSeconds(31));

        Assert.Equal((2, 0), (names, lab.Pods.Count));
    }

    [Fact]
    public void Native_sidecars_end_by_themselves_and_their_pod_stays_for_its_log()
    {
        var (lab, slot) = Injected(since: TimeSpan.FromMinutes(-1), isNative: true);

        lab.RunTo(slot + UntilLate);
        var names = lab.Pods.Count;
        lab.Run(TimeSpan.FromSeconds(3));

        Assert.Equal((2, 0), (names, lab.Pods.Count));
    }

    /// <summary>Two runs of ten stores, from the next due time. The first runs for 20 s.</summary>
    /// <param name="second">How long the second run takes.</param>
    /// <param name="hasSidecar">A webhook injects a sidecar.</param>
    /// <param name="since">When this process began to plan, after the due time; null: nobody knows.</param>
    /// <param name="isNative">The sidecar is an init container.</param>
    private static (PodLab Lab, DateTimeOffset Slot) Injected(
        TimeSpan? second = null,
        bool hasSidecar = true,
        TimeSpan? since = null,
        bool isNative = false
    )
    {
        var lab = new PodLab(20);
        lab.PlanningSince = lab.NextSlot + since;
        lab.Life = (pod, _) =>
        {
            var isSecond = pod.Fingerprint?.Index == 1;
            var ran = lab.Ordinary(pod, isSecond && second is { } time ? time : TimeSpan.FromSeconds(20));
            return !hasSidecar || ran.Container is ContainerSight.Waiting
                ? ran
                : ran with
                {
                    Phase = PodPhase.Running,
                    HasLiveSidecar = true,
                    HasOnlyNativeSidecars = isNative,
                };
        };
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(5));
        Given.That(lab.Pods.Count == 2, "two runs under way");
        return (lab, slot);
    }
}
