using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A new schedule counts from its edit on.</summary>
public sealed class EditedScheduleTests(TestCluster cluster) : ClusterStory(cluster, "edited")
{
    /// <summary>The next due time of this schedule is weeks away.</summary>
    private static readonly ConnectorManifest Rarely = A.ConnectorManifest() with
    {
        Stores = A.Stores(3),
        UpdatePolicy = "Immediate",
        Schedule = "0 0 1 1,7 *",
    };

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task What_an_edited_schedule_would_have_made_due_before_is_neither_run_nor_missed()
    {
        await Story.ApplyAsync(Rarely, Ct);
        await Story.AwaitConditionAsync("shop", "Ready", "WaitingForFirstDueTime", Ct);
        var listed = TimeProvider.System.GetUtcNow();
        await Eventually.IsSoAsync(
            "40 s without a due time have passed",
            () => Task.FromResult(TimeProvider.System.GetUtcNow()),
            now => now - listed > TimeSpan.FromSeconds(40),
            now => $"{now - listed}",
            Ct
        );
        Assert.Empty(Story.Runs);

        // By the new schedule four due times have passed, and the newest could still start.
        var edited = TimeProvider.System.GetUtcNow();
        await Story.ApplyAsync(Rarely with { Schedule = "@every 10s" }, Ct);
        var runs = await Story.AwaitRunsAsync(
            "every store was synced on two due times of the new schedule",
            all =>
                all.Where(r => r.Succeeded)
                    .GroupBy(r => r.Slot)
                    .Count(slot => slot.SelectMany(r => r.Stores).Count() == 3) >= 2,
            Ct
        );

        Assert.All(
            runs,
            r => Assert.True(r.Slot > edited.ToUnixTimeSeconds(), $"due before the edit at {edited:O}: {r}")
        );
        var status = (await Story.ConnectorAsync("shop", Ct)).Status;
        Assert.Equal((0L, 0L), (status.Flows[0].Missed.StoreSyncs, status.Flows[0].Missed.Slots));
        Assert.Equal(0, status.Stores.Stale);

        // The same holds for an edit back: its due times of this year that have passed are not missed.
        await Story.ApplyAsync(Rarely, Ct);
        var quiet = await Story.AwaitConnectorAsync(
            "shop",
            "the next due time is weeks away again",
            c => c.Status.Flows is [var flow] && flow.NextSlot > edited.AddHours(12) && flow.ActiveRuns == 0,
            Ct
        );
        Assert.Equal(0, quiet.Status.Flows[0].Missed.StoreSyncs);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
