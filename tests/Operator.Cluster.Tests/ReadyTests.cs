using Operator.Api;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Ready tells the truth, from the first look on, and what turns bad is one Warning event.</summary>
public sealed class ReadyTests(TestCluster cluster) : ClusterStory(cluster, "ready")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with
    {
        Stores = A.Stores(4),
        UpdatePolicy = "Immediate",
        Schedule = "@every 60s",
        StartTimeout = "40s",
        Fault = "slow:5",
    };

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task From_the_first_look_to_a_wrong_image_and_a_list_that_loses_its_stores()
    {
        // The schedule counts from the epoch, so each minute begins with a due time.
        await Eventually.IsSoAsync(
            "the next due time is not too near",
            () => Task.FromResult(TimeProvider.System.GetUtcNow()),
            now => now.Second is > 2 and < 40,
            now => $"{now:O}",
            Ct
        );
        await Story.ApplyAsync(Connector, Ct);
        var waiting = await Story.AwaitConditionAsync("shop", "Ready", "WaitingForFirstDueTime", Ct);
        Assert.Equal("True", waiting.Status);
        Assert.Contains(":00Z, of flow 'orders'", waiting.Message);
        Assert.Equal("Unknown", (await Story.AwaitConditionAsync("shop", "Ready", "FirstRunsUnderWay", Ct)).Status);
        Assert.Equal("True", (await Story.AwaitConditionAsync("shop", "Ready", "Syncing", Ct)).Status);
        Assert.Equal(["QuotaDoubtful"], await WarningsAsync()); // Amazon allows less than once a minute

        await Story.ApplyAsync(Connector with { Image = "localhost/example-sync-worker:9.9" }, Ct);
        var wrong = await Story.AwaitConditionAsync("shop", "Ready", "ImageUnavailable", Ct);
        Assert.Equal("False", wrong.Status);
        Assert.Contains("localhost/example-sync-worker:9.9", wrong.Message);
        var due = (await Story.ConnectorAsync("shop", Ct)).Status.Flows[0].LastSlot;
        // Before the start timeout is over: at the kubelet's words.
        Assert.InRange(wrong.LastTransitionTime - due!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(30)); // a due time has come

        await Story.ApplyAsync(Connector, Ct);
        await Story.AwaitConditionAsync("shop", "Ready", "Syncing", Ct);
        Assert.Single(await WarningsAsync(), w => w == "ImageUnavailable");

        await Story.ApplyAsync(Connector with { Stores = A.Stores(1) }, Ct);
        var dropped = await Story.AwaitConditionAsync("shop", "StoresDropped", "StoresDropped", Ct);
        Assert.StartsWith("spec.stores lost 3 of its 4 stores at ", dropped.Message);
        await Eventually.IsSoAsync(
            "the event is there",
            WarningsAsync,
            warnings => warnings.Count(w => w == "StoresDropped") == 1,
            warnings => string.Join(", ", warnings),
            Ct
        );

        await Story.ApplyAsync(Connector, Ct);
        await Story.AwaitConnectorAsync(
            "shop",
            "the stores are back",
            c => c.Status.Conditions.All(x => x.Type != "StoresDropped"),
            Ct
        );
    }

    /// <summary>The reasons of the Warning events about the connector.</summary>
    private async Task<string[]> WarningsAsync()
    {
        var reasons = await Story.KubectlAsync(
            Ct,
            "get",
            "events",
            "--field-selector=type=Warning,involvedObject.kind=MarketplaceConnector",
            "-o",
            "jsonpath={.items[*].reason}"
        );
        return reasons.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
