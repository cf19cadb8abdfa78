using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Runs;

/// <summary>Tries of an occasion that end at once: they wait 1, 2, 4, 8, then 15 s for each other, until <c>startBy</c>.</summary>
public sealed class RetryWaitStories
{
    private static readonly TimeSpan Typical = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(8)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(117)]
    public void Every_store_is_synced_after_a_kubelet_rejected_pods_for(int seconds)
    {
        var lab = Rejected(new PodLab(20), seconds);

        Assert.Equal(20, Synced(lab));
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(90)]
    public void All_runs_start_within_17_seconds_of_the_last_rejection(int seconds)
    {
        var lab = Rejected(new PodLab(40, f => f with { MaxStoresPerRun = 1, MaxConcurrentRuns = 40 }), seconds);

        Assert.Equal(40, Synced(lab));
        Assert.InRange(lab.Created[^1].At, SlotOf(lab), SlotOf(lab).AddSeconds(seconds + 17));
    }

    [Fact]
    public void The_spread_of_a_due_time_is_no_less_time_for_tries()
    {
        var lab = new PodLab(40, f => f with { Spread = new Duration("60s"), MaxConcurrentRuns = 40 });

        Assert.Equal(40, Synced(Rejected(lab, seconds: 115)));
    }

    /// <summary>A pod of this world ends a second after its creation, so each wait is one second longer here.</summary>
    [Fact]
    public void The_waits_are_1_2_4_8_then_15_seconds_and_the_last_try_is_just_before_startBy()
    {
        var lab = Rejected(new PodLab(1), seconds: 600);

        var at = lab.Created.Select(c => (int)(c.At - SlotOf(lab)).TotalSeconds);
        Assert.Equal([0, 2, 5, 10, 19, 35, 51, 67, 83, 99, 115, 118], at);
        Assert.Equal(1, lab.Flow.MissedBy.Infra);
    }

    [Fact]
    public void While_nothing_starts_one_run_tries_for_all()
    {
        var lab = Rejected(new PodLab(40, f => f with { MaxStoresPerRun = 1, MaxConcurrentRuns = 40 }), seconds: 600);

        // The first tries, one at a time of which each is another store's, and the last chance of all.
        var between = lab.Created.Where(c => c.At > SlotOf(lab) && c.At < SlotOf(lab).AddSeconds(117)).ToList();
        Assert.InRange(between.Count, 8, 12);
        Assert.Equal(between.Count, between.Select(c => c.Print.Stores[0]).Distinct().Count());
        Assert.InRange(lab.Created.Count, 88, 92);
    }

    [Fact]
    public void A_due_time_of_a_day_has_some_hundred_tries()
    {
        var lab = new PodLab(
            5,
            f => f with { Schedule = "0 13 * * *", StartingDeadline = new Duration("20h"), MaxStoresPerRun = 1 }
        );
        lab.Run(TimeSpan.FromMinutes(59), stepSeconds: 60);
        lab.Life = (pod, _) => Rejection(pod);

        lab.Run(TimeSpan.FromHours(20), stepSeconds: 5);

        Assert.InRange(lab.Created.Count, 200, 600);
        Assert.Equal("OutOfcpu", lab.Ready.Reason);
    }

    [Fact]
    public void The_cause_is_told_before_the_due_time_is_over()
    {
        var lab = new PodLab(40, f => f with { Schedule = "0 * * * *", StartingDeadline = new Duration("30m") });
        lab.RunTo(lab.NextSlot.AddMinutes(5), stepSeconds: 20);
        lab.Life = (pod, _) => Rejection(pod);
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(-1), stepSeconds: 20);

        lab.RunTo(slot.AddSeconds(45));

        Assert.Equal(("False", "OutOfcpu"), (lab.Ready.Status, lab.Ready.Reason));
        Assert.Contains("(OutOfcpu); see the events of its pod", lab.Ready.Message, StringComparison.Ordinal);
        var message = lab.Ready.Message;
        lab.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(message, lab.Ready.Message);
    }

    /// <summary>A restart finds the end of the last try in the record, and waits no longer than the operator before it.</summary>
    [Fact]
    public void The_wait_follows_from_the_record()
    {
        var lab = new PodLab(1);
        lab.Run(TimeSpan.FromMinutes(6));
        var slot = lab.NextSlot;
        lab.Life = (pod, _) => Rejection(pod);

        lab.RunTo(slot.AddSeconds(17)); // the fourth try, of second 10, has ended, and the fifth is due in second 19

        var last = lab.EntriesOf(slot)[^1];
        Assert.Equal((3, slot.AddSeconds(11)), (last.Index, last.EndedAt));
    }

    [Fact]
    public void Retries_of_a_failed_store_wait_too()
    {
        var lab = new PodLab(1, f => f with { Retries = 4 });
        lab.Run(TimeSpan.FromMinutes(6));
        var slot = lab.NextSlot;
        lab.Created.Clear();
        lab.Life = (pod, _) => Ended(pod, exitCode: 1);

        lab.RunTo(slot.AddMinutes(4));

        Assert.Equal([0, 2, 5, 10, 19], lab.Created.Select(c => (int)(c.At - slot).TotalSeconds));
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    [Fact]
    public void A_correction_does_not_wait()
    {
        var lab = new PodLab(1);
        lab.Connector = lab.Connector with { Spec = lab.Connector.Spec with { UpdatePolicy = UpdatePolicy.Immediate } };
        lab.Run(TimeSpan.FromMinutes(6));
        var slot = lab.NextSlot;
        lab.Life = (pod, draft) => draft.Revision.Sync.Image == A.Better ? lab.Ordinary(pod, Typical) : Rejection(pod);
        lab.RunTo(slot.AddSeconds(54)); // the next try is due in second 67
        lab.Created.Clear();

        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Better });
        lab.RunTo(slot.AddSeconds(56));

        Assert.Equal(A.Better, Assert.Single(lab.Created).Draft.Revision.Sync.Image);
    }

    /// <summary>A rejected run made no calls: its tokens are there for the next try.</summary>
    [Fact]
    public void Tries_that_never_started_cost_no_calls()
    {
        var lab = new PodLab(20, f => f with { Uses = [new ApiUse { Api = "orders" }] });
        var quota = new Quota
        {
            Api = "orders",
            Rate = new Rate("1/4m"),
            Burst = 1,
        };
        lab.Connector = lab.Connector with
        {
            Spec = lab.Connector.Spec with { Marketplace = Marketplace.Custom, Quotas = [quota] },
        };

        Assert.Equal(20, Synced(Rejected(lab, seconds: 60)));
    }

    /// <summary>Later tries of a store are of the same arm, and nobody is convicted for what a kubelet did.</summary>
    [Fact]
    public void Tries_stay_on_their_arm_and_convict_nobody()
    {
        var lab = new PodLab(40, f => f with { MaxStoresPerRun = 4, MaxConcurrentRuns = 20 })
        {
            Rollout = Worlds.Steps("50%", "100%"),
        };
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Better });
        lab.Run(TimeSpan.FromMinutes(5));
        Given.That(lab.Record.RunningAttempt is { HasStarted: true }, "an attempt whose pilot has started");

        Rejected(lab, seconds: 30);

        var tries = lab.Flow.Occasions[^1].Entries;
        Assert.Equal(40, Synced(lab));
        Assert.All(
            tries.SelectMany(e => e.Stores.Select(s => (Store: s, e.Arm))).GroupBy(t => t.Store),
            t => Assert.Single(t.Select(e => e.Arm).Distinct())
        );
        Assert.Contains(tries, e => e is { Arm: Arm.Candidate, Result: RunResult.Infra });
        Assert.NotNull(lab.Record.RunningAttempt);
        Assert.Empty(lab.Record.Attempts.History);
    }

    /// <summary>One node of two rejects everything: the stores that meet it are tried again, and the others do not wait.</summary>
    [Fact]
    public void A_node_that_rejects_half_of_the_pods_costs_no_sync()
    {
        var lab = new PodLab(40, f => f with { MaxStoresPerRun = 1, MaxConcurrentRuns = 40 });
        lab.Run(TimeSpan.FromMinutes(6));
        var slot = lab.NextSlot;
        lab.Life = (pod, _) => IsOnBadNode(pod) ? Rejection(pod) : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddMinutes(4));

        Assert.Equal(40, Synced(lab));
        Assert.Contains(lab.EntriesOf(slot), e => e.Result == RunResult.Infra);
    }

    /// <summary>400 runs of 10,000 stores, and nothing starts: five more pods in a minute.</summary>
    [Fact]
    public void A_large_fleet_that_is_rejected_makes_few_pods()
    {
        var lab = new PodLab(10_000, f => f with { MaxStoresPerRun = 25, MaxConcurrentRuns = 400 });
        lab.Run(TimeSpan.FromMinutes(5), stepSeconds: 60);
        var slot = lab.NextSlot;
        lab.Life = (pod, _) => Rejection(pod);

        lab.RunTo(slot.AddSeconds(60), stepSeconds: 2);

        Assert.InRange(lab.Created.Count(c => c.At >= slot), 404, 412);
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(4, 7, 8)]
    [InlineData(5, 15, 15)]
    [InlineData(100, 1800, 15)]
    [InlineData(300, 3600, 30)]
    public void A_wait_grows_with_the_tries_and_then_with_the_outage(int tries, int outage, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryWaits.Wait(tries, TimeSpan.FromSeconds(outage)));

    private static bool IsOnBadNode(ObservedPod pod) => (pod.Name[^1] & 1) == 1;

    private static ObservedPod Rejection(ObservedPod pod) => pod with { Phase = PodPhase.Failed, Reason = "OutOfcpu" };

    private static ObservedPod Ended(ObservedPod pod, int exitCode) =>
        pod with
        {
            Phase = PodPhase.Failed,
            Container = new ContainerSight.Terminated(
                exitCode,
                "Error",
                "",
                pod.CreatedAt,
                pod.CreatedAt.AddSeconds(1)
            ),
        };

    /// <summary>The kubelet rejects every pod for the given seconds from the next due time on. Ends 4 minutes after the due time.</summary>
    private static PodLab Rejected(PodLab lab, int seconds)
    {
        if (lab.Created.Count == 0)
        {
            lab.Run(TimeSpan.FromMinutes(8)); // all runs of the first due time have ended
        }
        lab.Created.Clear();
        var slot = lab.NextSlot;
        lab.Life = (pod, _) =>
            lab.Now < slot.AddSeconds(seconds) || pod.Phase == PodPhase.Failed
                ? Rejection(pod)
                : lab.Ordinary(pod, Typical);
        lab.RunTo(slot.AddMinutes(4));
        return lab;
    }

    private static DateTimeOffset SlotOf(PodLab lab) => lab.Flow.Occasions[^1].Slot;

    private static int Synced(PodLab lab) =>
        lab
            .Flow.Occasions[^1]
            .Entries.Where(e => e.Result == RunResult.Succeeded)
            .SelectMany(e => e.Stores)
            .Distinct()
            .Count();
}
