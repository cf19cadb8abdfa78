using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Runs;

/// <summary>Stores that wait for another try, beside what else keeps stores from a run.</summary>
public sealed class OneTriesForAllStories
{
    private static readonly TimeSpan Typical = TimeSpan.FromSeconds(20);

    /// <summary>One run tries for all; a store that pauses for its credentials can't be that one.</summary>
    [Fact]
    public void A_store_that_can_not_run_now_does_not_try_for_the_others()
    {
        var lab = new PodLab(
            4,
            f =>
                f with
                {
                    Schedule = "0 * * * *",
                    StartingDeadline = new Duration("30m"),
                    MaxStoresPerRun = 1,
                    MaxConcurrentRuns = 40,
                }
        );
        var orders = lab.Connector.Spec.Flows[0];
        lab.Connector = lab.Connector.With(orders, orders with { Name = "prices" });
        lab.RunTo(lab.NextSlot.AddMinutes(5), stepSeconds: 5);
        var slot = lab.NextSlot;
        lab.RunTo(slot.AddSeconds(-1), stepSeconds: 20);
        lab.Life = (pod, draft) =>
            draft.Flow == "prices"
                ? (pod.Fingerprint!.Stores.Contains("store-001") ? LockedOut(pod) : lab.Ordinary(pod, Typical))
            : lab.Now < slot.AddSeconds(60) || pod.Phase == PodPhase.Failed ? Rejection(pod)
            : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddMinutes(4));

        Given.That(lab.Record.Pauses.Auth.ContainsKey("store-001"), "a store that pauses");
        Given.That(lab.Record.Pauses.Common is null, "a store that pauses for itself");
        var afterwards = lab.Created.Where(c => c.Print.Flow == "orders" && c.At >= slot.AddSeconds(60)).ToList();
        Assert.Equal(["store-002", "store-003", "store-004"], afterwards.SelectMany(c => c.Print.Stores).Order());
        Assert.InRange(afterwards.Max(c => c.At), slot, slot.AddSeconds(60 + 17));
    }

    /// <summary>
    /// There is one place. The first pod of each due time is rejected once, and its store waits for a second; meanwhile the other store must
    /// not take the place on each due time.
    /// </summary>
    [Fact]
    public void No_store_misses_two_due_times_in_a_row_while_another_runs_on_both()
    {
        var lab = new PodLab(2, f => f with { MaxStoresPerRun = 1, MaxConcurrentRuns = 1 });
        lab.Run(TimeSpan.FromMinutes(6));
        var rejected = new Dictionary<string, string>(StringComparer.Ordinal);
        lab.Life = (pod, _) =>
        {
            rejected.TryAdd(pod.Fingerprint!.Occasion, pod.Name);
            return rejected[pod.Fingerprint.Occasion] == pod.Name
                ? Rejection(pod)
                : lab.Ordinary(pod, TimeSpan.FromSeconds(170));
        };

        lab.Run(TimeSpan.FromMinutes(60));

        var served = lab
            .Ended.Where(e => e.Ending.Result == RunResult.Succeeded)
            .GroupBy(e => e.Occasion.Slot)
            .OrderBy(g => g.Key)
            .Select(g => string.Join(',', g.SelectMany(e => e.Entry.Stores).Distinct().Order()))
            .ToList();
        Assert.All(
            served.Zip(served.Skip(1)),
            pair => Assert.False(pair is { First: "store-002", Second: "store-002" }, string.Join(' ', served))
        );
        Assert.All(
            served.Zip(served.Skip(1)),
            pair => Assert.False(pair is { First: "store-001", Second: "store-001" }, string.Join(' ', served))
        );
    }

    /// <summary>A wait holds no place: who fails at once does not keep the others out.</summary>
    [Fact]
    public void A_store_that_waits_for_its_retry_keeps_no_place()
    {
        var lab = new PodLab(2, f => f with { MaxStoresPerRun = 1, MaxConcurrentRuns = 1, Retries = 5 });
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Life = (pod, _) =>
            pod.Fingerprint!.Stores.Contains("store-001") ? Ended(pod, exitCode: 1) : lab.Ordinary(pod, Typical);

        lab.RunTo(lab.NextSlot.AddMinutes(4));

        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    /// <summary>Hundreds of tries that a kubelet rejects use up no calls of the day.</summary>
    [Fact]
    public void Tries_that_never_started_cost_no_calls_of_a_day()
    {
        var lab = new PodLab(
            2,
            f =>
                f with
                {
                    Schedule = "0 13 * * *",
                    StartingDeadline = new Duration("3h"),
                    MaxStoresPerRun = 1,
                    Uses = [new ApiUse { Api = "orders" }],
                }
        );
        var quota = new Quota
        {
            Api = "orders",
            PerDay = 3,
            Scope = QuotaScope.Application,
        };
        lab.Connector = lab.Connector with
        {
            Spec = lab.Connector.Spec with { Marketplace = Marketplace.Custom, Quotas = [quota] },
        };
        var slot = lab.NextSlot;
        lab.RunTo(slot, stepSeconds: 60);
        lab.Life = (pod, _) =>
            lab.Now < slot.AddHours(2.5) || pod.Phase == PodPhase.Failed ? Rejection(pod) : lab.Ordinary(pod, Typical);

        lab.RunTo(slot.AddHours(3.5), stepSeconds: 3);

        Given.That(lab.Created.Count > 100, "many tries");
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    /// <summary>A version is taken back, and just then a kubelet rejects pods: the work is done again as soon as pods start.</summary>
    [Fact]
    public void A_catch_up_that_a_kubelet_rejects_is_done_until_its_startBy()
    {
        var lab = new PodLab(20, f => f with { Schedule = "*/30 * * * *", MaxStoresPerRun = 2, MaxConcurrentRuns = 20 })
        {
            Rollout = Worlds.Steps("50%", "100%"),
        };
        lab.Run(TimeSpan.FromMinutes(32));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Better });
        lab.Run(TimeSpan.FromMinutes(60));
        Given.That(
            lab.Flow.Entries.Count(e => e is { Arm: Arm.Candidate, IsPilot: false, Result: RunResult.Succeeded }) > 1,
            "runs of the candidate"
        );
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Good });
        var since = lab.Now;
        lab.Life = (pod, _) =>
            lab.Now < since.AddSeconds(60) || pod.Phase == PodPhase.Failed
                ? Rejection(pod)
                : lab.Ordinary(pod, Typical);
        lab.Run(TimeSpan.FromSeconds(1));
        Given.That(lab.Record.Ledger("orders").Stores.Values.Any(s => s.RedoFrom is not null), "work to do again");

        lab.RunTo(since.AddMinutes(3));

        Assert.All(lab.Record.Ledger("orders").Stores.Values, s => Assert.Null(s.RedoFrom));
        Assert.Equal(0, lab.Flow.MissedStoreSyncs);
    }

    /// <summary>The pods of each due time are rejected for its first seconds, as on nodes that are full for a moment.</summary>
    [Fact]
    public void A_rollout_gets_on_though_each_due_time_begins_with_rejections()
    {
        var lab = new PodLab(40, f => f with { MaxStoresPerRun = 4, MaxConcurrentRuns = 20 })
        {
            Rollout = Worlds.Steps("50%", "100%"),
        };
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Better });
        lab.Life = (pod, draft) =>
            pod.Phase == PodPhase.Failed
            || (
                lab.Now.Minute % 5 == 0
                && lab.Now.Second < 30
                && pod.Container is ContainerSight.Waiting
                && lab.Record.RunningAttempt is { HasStarted: true }
            )
                ? Rejection(pod)
                : lab.Ordinary(pod, Typical);

        lab.Run(TimeSpan.FromMinutes(75));

        Assert.Equal(A.Better, lab.Record.Stable?.Sync.Image);
    }

    private static ObservedPod Rejection(ObservedPod pod) => pod with { Phase = PodPhase.Failed, Reason = "OutOfcpu" };

    private static ObservedPod LockedOut(ObservedPod pod) =>
        Ended(pod, exitCode: 0, WorkerReport.Of([WorkerReport.Failed(1, 'a')]));

    private static ObservedPod Ended(ObservedPod pod, int exitCode, string report = "") =>
        pod with
        {
            Phase = exitCode == 0 ? PodPhase.Succeeded : PodPhase.Failed,
            Container = new ContainerSight.Terminated(
                exitCode,
                exitCode == 0 ? "Completed" : "Error",
                report,
                pod.CreatedAt,
                pod.CreatedAt.AddSeconds(1)
            ),
        };
}
