using System.Collections.Immutable;
using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>One due time on which everything fails costs no sync of a later one.</summary>
public sealed class GeneralFailureTests(TestCluster cluster) : ClusterStory(cluster, "general")
{
    private const string Secret = "fault";
    private const int PeriodSeconds = 45;

    /// <summary>
    /// Four runs of three stores. Only one run of a small group may be live at once, so that twelve stores that ran alone would not
    /// all start in time.
    /// </summary>
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with
    {
        Stores = A.Stores(12),
        UpdatePolicy = "Immediate",
        FaultSecret = Secret,
        Schedule = $"@every {PeriodSeconds}s",
        StartingDeadline = "30s",
        MaxStoresPerRun = 3,
        MaxConcurrentRuns = 4,
    };

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task After_a_due_time_on_which_every_run_fails_no_store_misses_a_sync()
    {
        await Story.KubectlAsync(Ct, "create", "secret", "generic", Secret, "--from-literal=fault=none");
        await Story.ApplyAsync(Connector, Ct);
        var first = await AwaitSlotAsync("every run of a due time ended well", after: 0, r => r.Succeeded);

        // The Secret is no part of the revision, so that the same revision fails now and works later.
        await BreakAsync("exit1");
        var failed = await AwaitSlotAsync("every run of a due time exited with 1", first, r => r.ExitCode == 1);
        await BreakAsync("none");
        var mended = await AwaitSlotAsync("every run of a due time ended well again", failed, r => r.Succeeded);
        var last = await AwaitSlotAsync("so did every run of a later one", mended, r => r.Succeeded);

        var slots = Story.Runs.Where(r => r.Slot > failed && r.Slot <= last).GroupBy(r => r.Slot).ToList();
        Assert.Equal((last - failed) / PeriodSeconds, slots.Count);
        Assert.All(
            slots,
            slot => Assert.Superset(Connector.Stores.ToHashSet(), slot.SelectMany(r => r.Stores).ToHashSet())
        );
        var told = await Story.AwaitConnectorAsync(
            "shop",
            "the due time after it is in the status",
            c => c.Status.Flows is [var flow] && flow.LastSlot?.ToUnixTimeSeconds() > last,
            Ct
        );
        Assert.Equal(0, told.Status.Flows[0].Missed.StoreSyncs);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    private Task<string> BreakAsync(string fault) =>
        Story.KubectlAsync(
            Ct,
            "patch",
            "secret",
            Secret,
            "--type=merge",
            "-p",
            JsonSerializer.Serialize(new { stringData = new { fault } })
        );

    /// <summary>Waits for a due time after the given one whose runs have all ended, cover every store, and are all so.</summary>
    private async Task<long> AwaitSlotAsync(string what, long after, Func<SeenRun, bool> isSo)
    {
        var runs = await Story.AwaitRunsAsync(what, all => Slots(all, after, isSo).Any(), Ct);
        return Slots(runs, after, isSo).First();
    }

    private static IEnumerable<long> Slots(ImmutableArray<SeenRun> runs, long after, Func<SeenRun, bool> isSo) =>
        runs.Where(r => r.Slot > after)
            .GroupBy(r => r.Slot)
            .OrderBy(slot => slot.Key)
            .Where(slot =>
                slot.All(r => r.HasEnded && isSo(r))
                && slot.SelectMany(r => r.Stores).Distinct().Count() == Connector.Stores.Length
            )
            .Select(slot => slot.Key);
}
