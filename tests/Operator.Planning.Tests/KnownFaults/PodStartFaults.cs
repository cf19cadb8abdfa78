using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Pods that a finalizer keeps, or whose node is off.</summary>
public sealed class PodStartFaults
{
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
}
