using System.Collections.Immutable;
using System.Globalization;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>The parts around the operator fail or hang, one after another, during an attempt.</summary>
[Collection(Unsettled.Name)]
public sealed class ChaosTests(UnsettledCluster cluster) : UnsettlingStory(cluster, "chaos")
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>The longest outage. <c>make chaos</c> uses two minutes.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("CHAOS_OUTAGE_SECONDS") ?? "10", CultureInfo.InvariantCulture)
    );

    /// <summary>Counted in observed rounds: an outage does not count for the step.</summary>
    private static readonly TimeSpan SecondStep = TimeSpan.FromSeconds(110) + (Outage / 2);

    private static readonly ConnectorManifest Shop = A.ConnectorManifest() with
    {
        Schedule = "@every 10s",
        StartingDeadline = "30s",
        MaxStoresPerRun = 7,
        MaxConcurrentRuns = 8,
    };

    /// <summary>The second step lasts during all faults: no more than 10 stores may run the candidate.</summary>
    private static readonly RolloutManifest Rollout = A.RolloutManifest() with
    {
        Steps = [("10%", "20s"), ("50%", $"{SecondStep.TotalSeconds}s"), ("100%", "0s")],
    };

    private static readonly ImmutableArray<(int Places, TimeSpan MinDuration)> Steps =
    [
        (2, TimeSpan.FromSeconds(20)),
        (10, SecondStep),
        (20, TimeSpan.Zero),
    ];

    [Fact]
    public async Task Whatever_dies_or_hangs_each_due_sync_has_one_first_try_or_is_counted_and_nothing_spreads_faster()
    {
        Assert.SkipUnless(
            Cluster.Chaos is not null,
            "only a cluster of hack/cluster.sh, made from Debian's packages, can be broken on purpose"
        );
        var chaos = new OperatorChaos(Cluster, Cluster.Chaos);
        await BeginSecondStepAsync();

        await SurviveAsync("leader killed", () => chaos.KillLeaderAsync(Ct));
        await SurviveAsync("leader frozen past its lease", () => chaos.FreezeLeaderAsync(Ct));
        await SurviveAsync("connections reset", () => chaos.ResetConnectionsAsync(Ct));
        await SurviveAsync("token revoked and rotated", () => chaos.RotateTokenAsync(Ct));
        await SurviveAsync("etcd restarted", () => chaos.InterruptAsync("etcd", TimeSpan.FromSeconds(3), Ct));
        await SurviveAsync("kubelet stopped", () => chaos.InterruptAsync("kubelet", Outage, Ct));
        await SurviveAsync("API server killed", () => chaos.InterruptAsync("kube-apiserver", Outage, Ct));

        var promoted = await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Assert.Single(promoted.Status.History);
        Invariants.Spread_kept_its_steps(Story.Runs.Where(r => r.Attempt == 1), Steps);
        Invariants.A_store_ran_one_version_on_a_due_time(Story.Runs, attempt: 1);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
        await Assert_each_due_sync_ran_or_was_counted();
    }

    private async Task BeginSecondStepAsync()
    {
        await Story.ApplyAsync(Shop, Ct);
        await Story.AwaitEveryStoreAsync(Shop, ExampleWorker.Good, Ct);
        await Story.ApplyAsync(Rollout, Ct);
        await Story.ChangeImageAsync(Shop.Name, ExampleWorker.Better, Ct);
        await Story.AwaitRunsAsync(
            "stores of the second step run 1.1",
            runs => MidStep.Candidate(runs, 1).Reached.Count > 2,
            Ct
        );
    }

    /// <summary>Breaks something, then waits for a later slot in which every store succeeds.</summary>
    private async Task SurviveAsync(string what, Func<Task> breakAsync)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        await breakAsync();
        var mended = time.GetUtcNow();
        var outage = time.GetElapsedTime(began);
        var runs = await Story.AwaitRunsAsync(
            $"every store succeeds in a slot after '{what}'",
            seen => WentWell(seen, since: mended.ToUnixTimeSeconds()) is not null,
            Ct
        );
        var slot = WentWell(runs, mended.ToUnixTimeSeconds());
        var phase = (await Story.RolloutAsync("shop", Ct)).Status;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what, -30} {outage.TotalSeconds, 6:F1} s, all stores well in the slot {slot - mended.ToUnixTimeSeconds(), 3} s later; step {phase.Attempt?.Step}, {phase.Attempt?.CohortSize} stores"
        );
    }

    private static long? WentWell(ImmutableArray<SeenRun> runs, long since) =>
        runs.Where(r => r.Slot >= since && r.Succeeded)
            .GroupBy(r => r.Slot)
            .Where(slot => slot.SelectMany(r => r.Stores).ToHashSet().IsSupersetOf(Shop.Stores))
            .Select(slot => (long?)slot.Key)
            .Min();

    /// <summary>
    /// For each store in every slot from the first to the last, either its container ran to its end, or the connector's status
    /// counts the store-sync as missed.
    /// </summary>
    private async Task Assert_each_due_sync_ran_or_was_counted()
    {
        await Story.SuspendAsync("shop", Ct);
        var settled = await Story.AwaitConnectorAsync(
            "shop",
            "the connector is suspended and has no active runs",
            c => c.Status.Conditions.Any(d => d.Reason == "Suspended") && c.Status.Flows.All(f => f.ActiveRuns == 0),
            Ct
        );
        var runs = Story.Runs;
        var (first, last) = (runs.Min(r => r.Slot), runs.Max(r => r.Slot));
        var due = ((last - first) / (long)Period.TotalSeconds + 1) * Shop.Stores.Length;
        var ran = runs.Where(r => r.ExitCode is not null)
            .SelectMany(r => r.Stores.Select(s => (r.Slot, s)))
            .ToHashSet()
            .Count;
        var counted = settled.Status.Flows.Single().Missed.StoreSyncs;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{due} syncs were due, {ran} ran, {counted} counted as missed"
        );
        Assert.Equal(due, ran + counted);
    }
}
