using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Due;

/// <summary>A node that is switched off is the cause of what is missed because of it.</summary>
public sealed class LostNodeStories
{
    [Fact]
    public void A_node_that_is_switched_off_is_not_blamed_on_concurrency()
    {
        var (lab, slot) = WithLostNode(
            10,
            pod => pod with { IsDeleting = true, Disruption = "DeletionByTaintManager" }
        );

        lab.RunTo(slot.AddMinutes(14.5));

        Given.That(lab.Flow.MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal((0, lab.Flow.MissedStoreSyncs), (lab.Flow.MissedBy.Concurrency, lab.Flow.MissedBy.Node));
        Assert.Equal(lab.Flow.MissedBy.Node, lab.Last.ConnectorStatus.Flows[0].Missed.ByCause.Node);
        Assert.Contains(StoreOutcome.MissedByNode, Outcomes(lab));
    }

    [Fact]
    public void A_kubelet_that_does_not_answer_is_its_node()
    {
        // Before 1.26 no condition tells why the pod is deleted.
        var at = DateTimeOffset.MinValue;
        var (lab, slot) = WithLostNode(10, pod => pod with { IsDeleting = true, EndAskedAt = at });
        at = slot.AddSeconds(341);

        lab.RunTo(slot.AddMinutes(14.5));

        Given.That(lab.Flow.MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal(lab.Flow.MissedStoreSyncs, lab.Flow.MissedBy.Node);
    }

    [Fact]
    public void Places_that_runs_on_the_node_keep_are_no_lack_of_capacity()
    {
        var (lab, slot) = WithLostNode(2, pod => pod with { IsDeleting = true, Disruption = "DeletionByTaintManager" });

        lab.RunTo(slot.AddMinutes(8));

        Given.That(lab.Flow.MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal((0, lab.Flow.MissedStoreSyncs), (lab.Flow.MissedBy.Capacity, lab.Flow.MissedBy.Node));
        Assert.DoesNotContain(lab.Last.ConnectorStatus.Conditions, c => c.Reason == Reasons.CapacityTooLow);
    }

    [Fact]
    public void A_run_that_only_takes_long_is_concurrency_as_before()
    {
        var (lab, slot) = WithLostNode(10, pod => pod);

        lab.RunTo(slot.AddMinutes(8));

        Given.That(lab.Flow.MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal(lab.Flow.MissedStoreSyncs, lab.Flow.MissedBy.Concurrency);
    }

    [Theory]
    [InlineData("DeletionByPodGC", true)]
    [InlineData("EvictionByEvictionAPI", false)]
    public void A_run_that_the_cluster_broke_off_is_missed_for_what_ended_it(string disruption, bool isNode)
    {
        var lab = new PodLab(10);
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Life = (pod, _) =>
            lab.Now < pod.CreatedAt.AddSeconds(5)
                ? lab.Ordinary(pod, TimeSpan.FromDays(1))
                : pod with
                {
                    Phase = PodPhase.Failed,
                    Disruption = disruption,
                    Container = new ContainerSight.Terminated(137, "Error", "", pod.CreatedAt, lab.Now),
                };

        lab.RunTo(lab.NextSlot.AddMinutes(4));

        Given.That(lab.Flow.MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal(isNode ? lab.Flow.MissedStoreSyncs : 0, lab.Flow.MissedBy.Node);
        Assert.Equal(isNode ? 0 : lab.Flow.MissedStoreSyncs, lab.Flow.MissedBy.Infra);
    }

    private static IEnumerable<StoreOutcome> Outcomes(PodLab lab) =>
        lab.Record.Outcomes.Flows["orders"].Occasions.SelectMany(o => lab.Record.Outcomes.Unpack(o));

    /// <summary>Two of the four runs of the due time are on a node that is switched off; the cluster says so after 340 s.</summary>
    private static (PodLab Lab, DateTimeOffset Slot) WithLostNode(int places, Func<ObservedPod, ObservedPod> told)
    {
        var lab = new PodLab(40, f => f with { MaxConcurrentRuns = places });
        lab.Run(TimeSpan.FromMinutes(6));
        var slot = lab.NextSlot;
        lab.DeletedIsSeenByKubelet = false;
        var lost = new HashSet<string>(StringComparer.Ordinal);
        lab.Life = (pod, _) =>
        {
            var isLost = lost.Contains(pod.Name) || (pod.CreatedAt == slot && lost.Count < 2 && lost.Add(pod.Name));
            return !isLost ? lab.Ordinary(pod, TimeSpan.FromSeconds(20))
                : lab.Now <= slot.AddSeconds(340) ? lab.Ordinary(pod, TimeSpan.FromDays(1))
                : told(pod);
        };
        return (lab, slot);
    }
}
