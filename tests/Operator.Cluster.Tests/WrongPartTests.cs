using System.Collections.Immutable;
using Operator.Api;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A flow whose schedule never fires stands still by itself.</summary>
public sealed class WrongPartTests(TestCluster cluster) : ClusterStory(cluster, "wrong-part")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with
    {
        Stores = A.Stores(3),
        UpdatePolicy = "Immediate",
        SecondFlow = Prices("@every 5s"),
    };

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task A_flow_with_an_impossible_schedule_stands_still_and_the_other_one_goes_on()
    {
        await Story.ApplyAsync(Connector, Ct);
        await Story.AwaitRunsAsync("both flows run", RunBothAfter(0), Ct);

        await Story.ApplyAsync(Connector with { SecondFlow = Prices("0 0 30 2 *") }, Ct);
        await Story.AwaitConditionAsync("shop", ConditionTypes.Ready, "InvalidSpec", Ct);
        var wrong = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await Story.AwaitRunsAsync(
            "four more due times of the right flow",
            runs =>
                runs.Where(r => r.Flow == "orders" && r.Succeeded && r.Slot > wrong)
                    .Select(r => r.Slot)
                    .Distinct()
                    .Count() >= 4,
            Ct
        );
        Assert.DoesNotContain(Story.Runs, r => r.Flow == "prices" && r.Slot > wrong);

        await Story.ApplyAsync(Connector, Ct);
        var right = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await Story.AwaitRunsAsync("both flows run again", RunBothAfter(right), Ct);
        var status = (await Story.ConnectorAsync("shop", Ct)).Status;
        var missed = status.Flows.First(f => f.Name == "prices").Missed;
        Assert.True(missed.ByCause.InvalidSpec > 0);
        Assert.Equal(missed.StoreSyncs, missed.ByCause.InvalidSpec);
    }

    private static Func<ImmutableArray<SeenRun>, bool> RunBothAfter(long slot) =>
        runs =>
            new[] { "orders", "prices" }.All(flow =>
                runs.Any(r => r.Flow == flow && r.Succeeded && r.Slot > slot && r.Stores.Length == 3)
            );

    private static string Prices(string schedule) =>
        $"{{name: prices, schedule: \"{schedule}\", startingDeadline: 10s, startTimeout: 60s, timeout: 30s, maxStoresPerRun: 20}}";
}
