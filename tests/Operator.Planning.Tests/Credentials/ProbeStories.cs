using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Credentials;

/// <summary>Probes of a common pause that tell nothing, or that nobody should wait for.</summary>
public sealed class ProbeStories
{
    private static readonly TimeSpan Typical = TimeSpan.FromSeconds(20);

    /// <summary>The login works again, and the next probe is broken off: the due time must not be lost for all stores.</summary>
    [Theory]
    [InlineData("rejected")]
    [InlineData("evicted")]
    [InlineData("preempted before its start")]
    public void A_probe_that_the_cluster_broke_off_is_tried_again_on_the_same_due_time(string how)
    {
        var lab = LockedOut(10);
        var slot = lab.NextSlot;
        lab.Life = (pod, _) =>
            lab.Now < slot.AddSeconds(5) || pod.Phase == PodPhase.Failed
                ? BrokenOff(pod, how)
                : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddMinutes(4));

        var synced = lab.EntriesOf(slot).Where(e => e.Result == RunResult.Succeeded).SelectMany(e => e.Stores);
        Assert.Equal(10, synced.Distinct().Count());
        Assert.Empty(lab.Record.Pauses.Auth);
        Assert.Equal(0, lab.Flow.MissedBy.Infra);
    }

    /// <summary>Its tries wait like those of every run, and it is one store that tries.</summary>
    [Fact]
    public void A_probe_that_is_rejected_until_startBy_is_one_run_at_a_time_of_one_store()
    {
        var lab = LockedOut(40);
        var slot = lab.NextSlot;
        lab.Life = (pod, _) => pod with { Phase = PodPhase.Failed, Reason = "OutOfcpu" };

        lab.RunTo(slot.AddMinutes(4));

        var tries = lab.Created.Where(c => c.At >= slot).ToList();
        Assert.InRange(tries.Count, 8, 14);
        Assert.All(tries, t => Assert.Single(t.Print.Stores));
        Assert.Single(tries.Select(t => t.Print.Stores[0]).Distinct());
    }

    [Fact]
    public void After_a_due_time_whose_probe_was_broken_off_the_next_one_is_probed()
    {
        var lab = LockedOut(10, "*/4 * * * *");
        var slot = lab.NextSlot;
        while (lab.Record.Pauses.Common!.NextProbe > slot)
        {
            lab.RunTo(slot.AddSeconds(200));
            slot = lab.NextSlot;
        }
        lab.Life = (pod, _) =>
            lab.Now < slot.AddSeconds(130) || pod.Phase == PodPhase.Failed
                ? BrokenOff(pod, "rejected")
                : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddMinutes(7));

        Assert.Empty(lab.Record.Pauses.Auth);
    }

    /// <summary>A flow that may start for a few seconds only: the others must not follow before the probe can have told anything.</summary>
    [Theory]
    [InlineData("5s")]
    [InlineData("10s")]
    [InlineData("20s")]
    public void A_short_startingDeadline_makes_no_herd_of_the_others(string deadline)
    {
        var world = new World();
        world.Connector = A.Connector(world.Now)
            .With(
                new Flow
                {
                    Name = "orders",
                    Schedule = "*/5 * * * *",
                    StartingDeadline = new Duration(deadline),
                    MaxStoresPerRun = 25,
                }
            );
        world.Versions[A.Good] = new Behaviour
        {
            Duration = TimeSpan.FromSeconds(12),
            LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)],
        };
        world.RunWhatIsDue(TimeSpan.FromMinutes(14));
        Given.That(world.Record.Pauses.Common is not null, "a common pause");
        world.Runs.Clear();

        world.RunWhatIsDue(TimeSpan.FromHours(2));

        Assert.InRange(world.Runs.Sum(r => r.Print.Stores.Length), 20, 24);
    }

    /// <summary>One store is not "most stores that fail alike": its tries grow rarer, because marketplaces block who tries often.</summary>
    [Fact]
    public void The_only_store_of_a_connector_pauses_for_itself()
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores: 1)
            .With(new Flow { Name = "orders", Schedule = "*/5 * * * *" });
        world.Versions[A.Good] = new Behaviour { LockedOut = ["store-001"] };

        world.RunWhatIsDue(TimeSpan.FromHours(24));

        // After 0, 5, 15, 35, 75, 155 and 315 minutes, then each 6 hours.
        Assert.InRange(world.Runs.Count, 8, 12);
    }

    private static ObservedPod BrokenOff(ObservedPod pod, string how) =>
        how switch
        {
            "rejected" => pod with { Phase = PodPhase.Failed, Reason = "OutOfcpu" },
            "evicted" => pod with
            {
                Phase = PodPhase.Failed,
                Reason = "Evicted",
                Container = new ContainerSight.Terminated(137, "Error", "", pod.CreatedAt, pod.CreatedAt.AddSeconds(1)),
            },
            _ => pod with { Phase = PodPhase.Failed, Reason = "Preempting" },
        };

    /// <summary>All stores pause alike, and the login works again. No probe is under way.</summary>
    private static PodLab LockedOut(int stores, string schedule = "0 * * * *")
    {
        var lab = new PodLab(stores, f => f with { Schedule = schedule });
        lab.Life = (pod, _) =>
            pod.Container is ContainerSight.Terminated
                ? pod
                : pod with
                {
                    Phase = PodPhase.Succeeded,
                    Container = new ContainerSight.Terminated(
                        0,
                        "Completed",
                        WorkerReport.Of(Enumerable.Repeat(WorkerReport.Failed(1, 'a'), pod.Fingerprint!.Stores.Length)),
                        pod.CreatedAt,
                        pod.CreatedAt.AddSeconds(1)
                    ),
                };
        lab.RunTo(lab.NextSlot.AddMinutes(3));
        Given.That(lab.Record.Pauses.Common is not null, "a common pause");
        lab.RunTo(lab.NextSlot.AddSeconds(-30), stepSeconds: 10);
        return lab;
    }
}
