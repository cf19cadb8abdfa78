using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Pods that a kubelet rejects.</summary>
public sealed class PodStartFaults
{
    [KnownFault("4 of 11", 12)]
    public void Every_store_is_synced_after_a_kubelet_rejected_pods_for_8_seconds() =>
        Assert.Equal(20, Synced(Rejected(seconds: 8)));

    [KnownFault("4 of 11", 12)]
    public void Every_store_is_synced_after_a_kubelet_rejected_pods_for_30_seconds() =>
        Assert.Equal(20, Synced(Rejected(seconds: 30)));

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
