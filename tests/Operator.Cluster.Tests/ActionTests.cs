using Operator.Testing;

namespace Operator.Cluster.Tests;

public sealed class ActionTests(TestCluster cluster) : ClusterStory(cluster, "actions")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with { UpdatePolicy = "Immediate" };

    [Fact]
    public async Task RunNow_runs_the_named_store_at_once_and_no_other()
    {
        // The next slot of the schedule is weeks away, so only the action starts runs.
        await Story.ApplyAsync(Connector with { Schedule = "0 0 1 1,7 *" }, Ct);
        await Story.AwaitConditionAsync("shop", "Ready", "WaitingForFirstDueTime", Ct);

        await Story.ApplyAsync(new ActionManifest { Name = "now", Stores = ["seller-07"] }, Ct);

        var status = await Story.AwaitActionAsync("now", Ct);
        Assert.Equal("Applied", status.State);
        Assert.StartsWith("1 stores are to run in flows 'orders', each to start by ", status.Message);
        await Story.AwaitRunsAsync("seller-07 ran", runs => runs.Any(r => r.Succeeded), Ct);
        var run = Assert.Single(Story.Runs);
        Assert.Equal(["seller-07"], run.Stores);
        Assert.StartsWith("n", run.Occasion);
        var row = await Story.KubectlAsync(Ct, "get", "sya", "now", "--no-headers");
        Assert.Matches("^now +RunNow +shop +Applied +1 stores are to run", row);
    }

    [Fact]
    public async Task Suspend_stops_the_connector_and_Unsuspend_resumes_it()
    {
        await Story.ApplyAsync(Connector, Ct);
        await Story.AwaitEveryStoreAsync(Connector, ExampleWorker.Good, Ct);

        await Story.ApplyAsync(
            new ActionManifest
            {
                Name = "stop",
                Action = "Suspend",
                Reason = "stock-taking",
            },
            Ct
        );

        var suspended = await Story.AwaitConditionAsync("shop", "Ready", "Suspended", Ct);
        Assert.Equal("suspended by SyncAction 'stop' (stock-taking): no new run is started", suspended.Message);
        var stopped = (await Story.ConnectorAsync("shop", Ct)).Status;
        Assert.Equal("stop", Assert.Single(stopped.Suspensions).Action);
        Assert.Null(stopped.Flows[0].NextSlot);
        await Story.AwaitRunsAsync("all runs have ended", runs => runs.All(r => r.HasEnded), Ct);
        var before = Story.Runs.Length;

        await Story.ApplyAsync(A.ActionManifest("now"), Ct);
        Assert.Equal("Rejected", (await Story.AwaitActionAsync("now", Ct)).State);
        Assert.Equal(before, Story.Runs.Length);
        await Story.ApplyAsync(new ActionManifest { Name = "go", Action = "Unsuspend" }, Ct);

        Assert.Equal("Applied", (await Story.AwaitActionAsync("go", Ct)).State);
        await Story.AwaitConditionAsync("shop", "Ready", "Syncing", Ct);
        await Story.AwaitRunsAsync("runs go on", runs => runs.Length > before && runs[^1].Succeeded, Ct);
        Assert.Empty((await Story.ConnectorAsync("shop", Ct)).Status.Suspensions);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    [Fact]
    public async Task An_action_for_a_connector_that_is_not_there_waits_for_it()
    {
        await Story.ApplyAsync(new ActionManifest { Name = "stop", Action = "Suspend" }, Ct);
        await Eventually.IsSoAsync(
            "the action says that it waits",
            () => Story.KubectlAsync(Ct, "get", "sya", "stop", "--no-headers"),
            row => row.Contains("there is no MarketplaceConnector 'shop'", StringComparison.Ordinal),
            row => row,
            Ct
        );

        await Story.ApplyAsync(Connector, Ct);

        Assert.Equal("Applied", (await Story.AwaitActionAsync("stop", Ct)).State);
        await Story.AwaitConditionAsync("shop", "Ready", "Suspended", Ct);
        Assert.Empty(Story.Runs);
    }
}
