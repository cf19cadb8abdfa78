using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>The operator's status writes leave the owners of a user's fields as they are, so that a field that its owner removes is gone.</summary>
public sealed class FieldOwnerTests(TestCluster cluster) : ClusterStory(cluster, "owners")
{
    private static readonly ConnectorManifest Connector = A.ConnectorManifest() with
    {
        UpdatePolicy = "Immediate",
        Stores = A.Stores(2),
        Suspend = true,
    };

    [Theory]
    [InlineData("--server-side")]
    [InlineData("--server-side=false")]
    public async Task A_field_that_is_removed_from_the_manifest_is_gone_although_statuses_were_written(string side)
    {
        var suspended = Story.Yaml(Connector);
        (await Story.TryApplyAsync(suspended, Ct, side)).OrThrow();
        await Story.AwaitConditionAsync("shop", "Ready", "Suspended", Ct);
        Assert.Contains("f:suspend", await SpecOfKubectlAsync("marketplaceconnectors", "shop"));

        (
            await Story.TryApplyAsync(suspended.Replace("  suspend: true\n", "", StringComparison.Ordinal), Ct, side)
        ).OrThrow();

        await Story.AwaitConditionAsync("shop", "Ready", "Syncing", Ct);
        Assert.False((await Story.ConnectorAsync("shop", Ct)).Spec.Suspend);
        await Story.AwaitRunsAsync("stores run again", runs => runs.Any(r => r.Succeeded), Ct);
        // Client-side, kubectl removes the field in the request that fills in its default: it goes on owning it.
        if (side == "--server-side")
        {
            Assert.DoesNotContain("f:suspend", await SpecOfKubectlAsync("marketplaceconnectors", "shop"));
        }
    }

    [Fact]
    public async Task Every_kind_keeps_its_owner_over_the_operators_writes()
    {
        (await Story.TryApplyAsync(Story.Yaml(Connector), Ct, "--server-side")).OrThrow();
        (await Story.TryApplyAsync(A.RolloutManifest().Yaml(), Ct, "--server-side")).OrThrow();
        (await Story.TryApplyAsync(A.ActionManifest("now").Yaml(), Ct, "--server-side")).OrThrow();
        await Story.AwaitConditionAsync("shop", "Ready", "Suspended", Ct);
        await Story.AwaitActionAsync("now", Ct);
        await Story.AwaitRolloutAsync("shop", "its status is written", r => r.Status.ObservedGeneration == 1, Ct);

        Assert.Contains("f:stores", await SpecOfKubectlAsync("marketplaceconnectors", "shop"));
        Assert.Contains("f:steps", await SpecOfKubectlAsync("syncrollouts", "shop"));
        Assert.Contains("f:action", await SpecOfKubectlAsync("syncactions", "now"));
    }

    /// <summary>What kubectl owns of the spec. Nobody else owns any of it, and the operator owns the status.</summary>
    private async Task<string> SpecOfKubectlAsync(string plural, string name)
    {
        var item = await Story.Kube.GetAsync($"{Kube.OurApi}/namespaces/{Story.Namespace}/{plural}/{name}", Ct);
        var owners = item.Items("metadata", "managedFields")
            .Select(m => (m.Text("manager") ?? "", m.At("fieldsV1")!.Value));
        var specs = owners.Where(o => o.Item2.TryGetProperty("f:spec", out _)).ToList();
        var (manager, fields) = Assert.Single(specs);
        Assert.StartsWith("kubectl", manager);
        Assert.Contains(
            owners,
            o => !o.Item1.StartsWith("kubectl", StringComparison.Ordinal) && o.Item2.TryGetProperty("f:status", out _)
        );
        return fields.GetProperty("f:spec").GetRawText();
    }
}
