using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Reports;

/// <summary>
/// Workers that write more than the pod may hold are evicted by the kubelet, which says why in the pod's status only (decocms/studio
/// 7011: 41 evictions in an afternoon, each retried as if the node were the cause).
/// </summary>
public sealed class ReportedDiskStories
{
    private const string Full = "Usage of EmptyDir volume \"scratch\" exceeds the limit \"64Mi\". ";
    private static readonly ObjectKey Rollout = new("shop", "r");

    [Fact]
    public void A_full_scratch_is_told_with_the_field_to_raise()
    {
        using var shop = new OneShop(_ => Evicted);
        shop.Create(OneShop.Connector());
        shop.Process.Start();

        shop.RunFor(TimeSpan.FromMinutes(3));

        var ready = shop.Ready(Kinds.Connectors, OneShop.Shop);
        Assert.StartsWith("DiskLimitExceeded: ", ready, StringComparison.Ordinal);
        Assert.Contains("exceeds the limit \"64Mi\"", ready, StringComparison.Ordinal);
        Assert.Contains("spec.sync.scratch", ready, StringComparison.Ordinal);
    }

    [Fact]
    public void A_candidate_that_fills_its_scratch_is_rolled_back()
    {
        using var shop = new OneShop(pod =>
            pod.Json.GetRawText().Contains(OneShop.Better, StringComparison.Ordinal) ? Evicted : Good
        );
        shop.Create(OneShop.Connector(more: ""","updatePolicy":"Rollout" """));
        shop.Cluster.Create(
            Kinds.Rollouts,
            "shop",
            OneShop.Json(
                """
                {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout","metadata":{"name":"r","namespace":"shop"},
                 "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
                """
            )
        );
        shop.Process.Start();
        shop.RunFor(TimeSpan.FromMinutes(5));
        shop.Cluster.Edit(Kinds.Connectors, OneShop.Shop, c => c["spec"]!["sync"]!["image"] = OneShop.Better); // it has a spec

        shop.RunFor(TimeSpan.FromHours(2));

        Assert.Equal(
            "RolledBack",
            shop.Cluster.Find(Kinds.Rollouts, Rollout)!.Json.GetProperty("status").GetProperty("phase").GetString()
        );
    }

    private static PodScript Good => new() { RunsFor = TimeSpan.FromSeconds(5) };

    private static PodScript Evicted => new() { End = PodEnd.Evicted, EvictedBecause = Full };
}
