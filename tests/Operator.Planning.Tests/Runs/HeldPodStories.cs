using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Runs;

/// <summary>Deleted pods that finalizers of others keep.</summary>
public sealed class HeldPodStories
{
    private readonly PodLab _lab = new(10) { HoldsDeletedPods = true };

    [Fact]
    public void Pods_that_a_finalizer_keeps_are_told_with_its_name()
    {
        _lab.Run(TimeSpan.FromMinutes(40), stepSeconds: 5);

        Given.That(_lab.Pods.Values.Any(p => p.IsDeleting), "pods that wait for a finalizer");
        var condition = Assert.Single(_lab.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.PodsHeld);
        var oldest = _lab
            .Pods.Values.Where(HeldPods.IsHeld)
            .OrderBy(p => p.EndAskedAt)
            .ThenBy(p => p.Name, StringComparer.Ordinal)
            .First();
        Assert.Equal(
            $"pods of ended runs, such as '{oldest.Name}', were deleted more than 5 minutes ago, and the finalizer 'example.com/keep' of others keeps them in the "
                + "cluster; they don't count towards --finished-pods-cap; see to whoever sets it",
            condition.Message
        );
    }

    [Fact]
    public void The_record_does_not_grow_with_them()
    {
        _lab.Run(TimeSpan.FromHours(2), stepSeconds: 5);

        Given.That(_lab.Pods.Values.Count(HeldPods.IsHeld) > 15, "many held pods");
        Assert.InRange(_lab.Flow.Occasions.Length, 1, 4);
    }

    [Fact]
    public void Runs_go_on_and_each_store_runs_once_a_due_time()
    {
        _lab.Run(TimeSpan.FromHours(2), stepSeconds: 1);

        Assert.Equal(0, _lab.Flow.MissedStoreSyncs);
        Assert.All(
            _lab.Created.GroupBy(c => c.Print.Occasion),
            o => Assert.Equal(10, o.SelectMany(c => c.Print.Stores).Distinct().Count())
        );
        Assert.Equal(_lab.Created.Count, _lab.Created.DistinctBy(c => (c.Print.Occasion, c.Print.Index)).Count());
    }

    [Fact]
    public void The_condition_goes_with_the_pods()
    {
        _lab.Run(TimeSpan.FromMinutes(40), stepSeconds: 5);

        _lab.ReleaseHeldPods();
        _lab.Run(TimeSpan.FromSeconds(10), stepSeconds: 5);

        Assert.DoesNotContain(_lab.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.PodsHeld);
    }

    [Fact]
    public void A_finalizer_that_works_within_minutes_is_not_told()
    {
        _lab.RunTo(_lab.NextSlot.AddMinutes(1));
        while (!_lab.Pods.Values.Any(HeldPods.IsHeld))
        {
            _lab.Run(TimeSpan.FromSeconds(5), stepSeconds: 5);
        }

        _lab.Run(TimeSpan.FromMinutes(4), stepSeconds: 5);

        Assert.DoesNotContain(_lab.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.PodsHeld);
        Assert.InRange(_lab.Last.WakeAt ?? default, _lab.Now, _lab.Now.AddMinutes(1.1));
    }

    /// <summary>
    /// A node is removed: the pod collector writes Failed and deletes the pod, a finalizer of others keeps it, and nobody is left who could
    /// write that its container has ended.
    /// </summary>
    [Fact]
    public void A_pod_of_a_removed_node_that_a_finalizer_keeps_holds_no_store()
    {
        var lab = new PodLab(10) { HoldsDeletedPods = true };
        lab.Run(TimeSpan.FromMinutes(6));
        var slot = lab.NextSlot;
        lab.Life = (pod, _) =>
            pod.CreatedAt != slot ? lab.Ordinary(pod, TimeSpan.FromSeconds(20))
            : lab.Now < slot.AddSeconds(5) ? lab.Ordinary(pod, TimeSpan.FromDays(1))
            : pod with
            {
                Phase = PodPhase.Failed,
                IsDeleting = true,
                EndAskedAt = slot.AddSeconds(5),
                Disruption = "DeletionByPodGC",
                Finalizers = "example.com/keep",
            };

        lab.RunTo(slot.AddMinutes(6));

        Given.That(
            lab.Pods.Values.Any(p => p.CreatedAt == slot && p.Container is ContainerSight.Running),
            "such a pod"
        );
        Assert.Equal("NodeLost", lab.Ended.First(e => e.Occasion.Slot == slot).Ending.Reason);
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
        Assert.All(lab.Pods.Values.Where(p => p.CreatedAt == slot), p => Assert.True(HeldPods.IsHeld(p)));
        Assert.Single(lab.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.PodsHeld);
    }
}
