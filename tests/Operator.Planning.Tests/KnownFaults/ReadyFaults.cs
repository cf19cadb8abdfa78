using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults in what becomes of pods that people edit.</summary>
public sealed class ReadyFaults
{
    [KnownFault("3 of 11", 9)]
    public void A_running_pod_whose_fingerprint_was_edited_gets_no_twin()
    {
        var lab = new PodLab(10);
        lab.Life = (pod, _) => lab.Ordinary(pod, TimeSpan.FromSeconds(60));
        lab.RunTo(lab.NextSlot.AddSeconds(10));
        Given.That(lab.Created.Count == 1, "one run of all stores");
        var name = lab.Created[0].Draft.Name;
        var edited = lab.Pods[name].Fingerprint! with { Stores = ["store-001"] }; // all pods of the lab have one
        lab.Pods[name] = lab.Pods[name] with { Fingerprint = edited };

        var most = 0;
        for (var i = 0; i < 30; i++)
        {
            lab.Run(TimeSpan.FromSeconds(1));
            most = Math.Max(most, lab.Pods.Values.Count(p => p.Container is ContainerSight.Running));
        }

        Assert.Equal(1, most);
    }
}
