using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Workers that break the contract. Their reports are not trusted, and their faults affect no other connector.</summary>
public sealed class MisbehavingWorkerTests(Neighbourhood neighbourhood) : IClassFixture<Neighbourhood>, IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Story Story => neighbourhood.Story;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await neighbourhood.EndTestAsync();

    [Theory]
    [InlineData("garbage")] // 4 KB of garbage
    [InlineData("toomany")] // one store more than the run has
    public async Task A_report_that_makes_no_sense(string fault)
    {
        await Story.ApplyAsync(A.ConnectorManifest(fault) with { Stores = A.Stores(3), Fault = fault }, Ct);

        var ready = await Story.AwaitConditionAsync(fault, "Ready", "ReportUnreadable", Ct);

        Assert.Equal("False", ready.Status);
        Assert.Contains(
            "it must be JSON of at most 4096 bytes with one entry for each store of run.json",
            ready.Message
        );
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Fact]
    public async Task A_worker_that_used_to_report_and_fell_silent()
    {
        var talking = A.ConnectorManifest("silent") with { Stores = A.Stores(3), UpdatePolicy = "Immediate" };
        await Story.ApplyAsync(talking, Ct);
        await Story.AwaitEveryStoreAsync(talking, ExampleWorker.Good, Ct);

        await Story.ApplyAsync(talking with { Fault = "silent" }, Ct);

        var ready = await Story.AwaitConditionAsync("silent", "Ready", "ReportMissing", Ct);
        Assert.Equal("False", ready.Status);
        Assert.Contains("the worker sent no report, though this flow has reported before", ready.Message);
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    [Fact]
    public async Task One_store_that_crashes_the_worker_does_not_take_its_neighbours_along()
    {
        var stores = A.Stores(8);
        var crashing = A.ConnectorManifest("crashing") with
        {
            Stores = stores,
            Fault = "crash:seller-03",
            Schedule = "@every 10s",
            // Isolated runs may use a quarter of this limit: all eight stores can run alone in one slot.
            MaxConcurrentRuns = 32,
        };
        await Story.ApplyAsync(crashing, Ct);

        var told = await Story.AwaitConditionAsync("crashing", "RunsFailing", "ExitCode", Ct);
        // After some slots the crashing store runs alone, and all other stores are synced in every slot.
        await Story.AwaitRunsAsync(
            "in one slot the culprit ran alone and every other store was synced",
            runs =>
                runs.Where(r => r.Connector == "crashing").GroupBy(r => r.Slot).Any(slot => IsIsolated(slot, stores)),
            Ct
        );

        Assert.Contains("it ended with exit code ", told.Message);
        var again = await Story.AwaitConnectorAsync(
            "crashing",
            "the culprit is named",
            c => c.Status.Conditions.Any(x => x.Type == "RunsFailing" && x.Message.Contains("store 'seller-03'")),
            Ct
        );
        Assert.Contains(again.Status.Conditions, c => c is { Type: "Ready", Status: "True" });
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs.Where(r => r.Connector == "crashing"));
        await neighbourhood.AwaitNeighbourGoesOnAsync(Ct);
    }

    private static bool IsIsolated(IEnumerable<SeenRun> slot, IEnumerable<string> stores)
    {
        var runs = slot.ToList();
        var crashed = runs.Where(r => r.ExitCode > 0).ToList();
        var synced = runs.SelectMany(r => r.Log).Select(l => l.Store).ToHashSet();
        return crashed is [{ Stores: ["seller-03"] }] && synced.SetEquals(stores.Where(s => s != "seller-03"));
    }
}
