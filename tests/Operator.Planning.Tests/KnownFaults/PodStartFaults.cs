using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Pods that a kubelet rejects, that a finalizer keeps, or whose node is off.</summary>
public sealed class PodStartFaults
{
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
}
