using Operator.Planning.Explaining;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>A person edits the fingerprint of a pod, or makes a pod under the name of a run.</summary>
public sealed class EditedPodStories
{
    [Fact]
    public void A_running_pod_whose_fingerprint_was_edited_gets_no_twin()
    {
        var lab = NewLab(TimeSpan.FromSeconds(60));
        Edit(lab, pod => pod with { Fingerprint = Other(pod) });

        var most = 0;
        for (var i = 0; i < 30; i++)
        {
            lab.Run(TimeSpan.FromSeconds(1));
            most = Math.Max(most, lab.Pods.Values.Count(p => p.Container is ContainerSight.Running));
        }

        Assert.InRange(most, 0, 1);
        Assert.Single(lab.Created);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_run_is_stopped_lost_and_counted(bool isRemoved)
    {
        var lab = NewLab(TimeSpan.FromSeconds(60));
        Edit(lab, pod => pod with { Fingerprint = isRemoved ? null : Other(pod) });

        lab.Run(TimeSpan.FromMinutes(3));

        var run = Assert.Single(lab.Ended);
        Assert.Equal((RunResult.Lost, Reasons.FingerprintEdited), (run.Ending.Result, run.Ending.Reason));
        Assert.Equal(10, lab.Flow.MissedStoreSyncs);
        Assert.Equal(Reasons.FingerprintEdited, lab.Ready.Reason);
        Assert.DoesNotContain(lab.Pods.Values, p => !p.IsGone);
    }

    [Fact]
    public void Its_stores_are_not_said_to_have_had_a_pod_that_nobody_saw()
    {
        var lab = NewLab(TimeSpan.FromSeconds(60));
        Edit(lab, pod => pod with { Fingerprint = Other(pod) });

        lab.Run(TimeSpan.FromMinutes(3));

        var slot = Ask(lab);
        Assert.Contains(Reasons.FingerprintEdited, slot.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("never seen", slot.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("whether the operator runs", slot.Remedy, StringComparison.Ordinal);
    }

    private static SlotAnswer Ask(PodLab lab) =>
        Explanations
            .Answer(
                new StoreQuestion
                {
                    Connector = lab.Connector,
                    Record = lab.Record,
                    Store = "store-001",
                    Now = lab.Now,
                }
            )
            .Flows[0]
            .Slots[^1];

    [Fact]
    public void Its_stores_wait_until_it_is_gone()
    {
        var lab = NewLab(TimeSpan.FromMinutes(8));
        lab.HoldsDeletedPods = true;
        var second = lab.NextSlot;
        var name = Edit(lab, pod => pod with { Fingerprint = Other(pod) });

        lab.RunTo(second.AddMinutes(2));
        var whileItRan = lab.Created.Count;
        lab.Pods[name] = lab.Pods[name] with { IsGone = true };
        lab.RunTo(second.AddMinutes(6));

        Assert.Equal(1, whileItRan);
        Assert.Equal(2, lab.Created.Count);
        Assert.Equal(Reasons.FingerprintEdited, lab.Ended[0].Ending.Reason);
    }

    [Fact]
    public void A_fingerprint_that_is_put_right_after_the_decision_changes_nothing()
    {
        var lab = NewLab(TimeSpan.FromSeconds(60));
        lab.HoldsDeletedPods = true;
        var right = lab.Pods.Values.Single().Fingerprint;
        var name = Edit(lab, pod => pod with { Fingerprint = Other(pod) });
        lab.Run(TimeSpan.FromSeconds(2));

        lab.Pods[name] = lab.Pods[name] with { Fingerprint = right };
        lab.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(Reasons.FingerprintEdited, Assert.Single(lab.Ended).Ending.Reason);
        Assert.Single(lab.Created);
    }

    [Fact]
    public void An_edit_after_the_end_loses_no_run_that_was_folded()
    {
        var lab = NewLab(TimeSpan.FromSeconds(20));
        lab.Run(TimeSpan.FromMinutes(3));
        Given.That(lab.Ended.Count == 1 && lab.Pods.Count == 1, "an ended run, kept as history");

        Edit(lab, pod => pod with { Fingerprint = Other(pod) });
        lab.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(RunResult.Succeeded, Assert.Single(lab.Ended).Ending.Result);
        Assert.Empty(lab.Pods);
    }

    [Fact]
    public void A_pod_of_somebody_else_with_the_name_of_a_run_is_never_deleted_and_uses_up_the_index()
    {
        var lab = NewLab(TimeSpan.FromSeconds(60));
        var name = Edit(lab, pod => pod with { Fingerprint = null, OwnerUid = "another" });

        lab.Run(TimeSpan.FromMinutes(3));

        Assert.False(lab.Pods[name].IsDeleting);
        Assert.False(lab.Pods[name].IsGone);
        Assert.Equal(Reasons.ForeignPod, lab.Ended[0].Ending.Reason);
        Assert.Equal([0, 1], lab.Created.Select(c => c.Print.Index));
    }

    [Fact]
    public void It_is_not_deleted_after_its_end_either()
    {
        var lab = NewLab(TimeSpan.FromSeconds(60));
        var name = Edit(lab, pod => pod with { Fingerprint = Other(pod), OwnerUid = "another" });

        lab.Run(TimeSpan.FromMinutes(4));

        Given.That(lab.Pods[name].Container is ContainerSight.Terminated, "a pod that has ended");
        Assert.False(lab.Pods[name].IsDeleting);
    }

    /// <summary>One run of all ten stores is under way.</summary>
    private static PodLab NewLab(TimeSpan duration)
    {
        var lab = new PodLab(10);
        lab.Life = (pod, _) => pod.Fingerprint is null ? pod : lab.Ordinary(pod, duration);
        lab.RunTo(lab.NextSlot.AddSeconds(10));
        Given.That(lab.Created.Count == 1, "one run of all stores");
        return lab;
    }

    private static string Edit(PodLab lab, Func<ObservedPod, ObservedPod> edit)
    {
        var pod = lab.Pods.Values.Single();
        lab.Pods[pod.Name] = edit(pod);
        return pod.Name;
    }

    private static Fingerprint Other(ObservedPod pod) => pod.Fingerprint! with { Stores = ["store-001"] }; // all pods of the lab have one
}
