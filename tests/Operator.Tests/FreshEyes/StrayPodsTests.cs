using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.FreshEyes;

/// <summary>Finished pods that belong to no plan count as "not in the records yet" for ever, and stop every connector.</summary>
public sealed class StrayPodsTests : IDisposable
{
    private readonly FreshWorld _world = new(cap: 10);

    public void Dispose() => _world.Dispose();

    /// <summary>kubectl delete marketplaceconnector other --cascade=orphan, while its runs are live.</summary>
    [Fact]
    public void Finished_pods_of_a_connector_that_is_gone_stop_no_other_connector()
    {
        _world.Create(FreshWorld.Connector());
        _world.Process.Start();
        _world.RunFor(3 * FreshWorld.Minute);
        for (var i = 0; i < 12; i++)
        {
            _world.Cluster.Create(
                CoreTypes.Pods,
                "shop",
                FreshWorld.Json(
                    $$$"""
                    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"other-{{{i}}}","namespace":"shop",
                      "labels":{"{{{PodMarks.Connector}}}":"other"},"annotations":{"{{{PodMarks.ConnectorName}}}":"other"}},
                     "spec":{"restartPolicy":"Never","containers":[{"name":"sync","image":"registry.example.com/sync:good"}]}}
                    """
                )
            );
        }
        _world.RunFor(FreshWorld.Minute);
        _world.Made.Clear();

        _world.RunFor(10 * FreshWorld.Minute);

        Assert.StartsWith(Reasons.Syncing, _world.Ready(Kinds.Connectors, FreshWorld.Shop), StringComparison.Ordinal);
        Assert.True(_world.Made.Count >= 9, $"{_world.Made.Count} runs in ten minutes");
    }

    /// <summary>A connector whose spec became undecodable while its runs were live.</summary>
    [Fact]
    public void Finished_pods_of_a_connector_that_can_not_be_read_stop_no_other_connector()
    {
        var other = FreshWorld.Connector(name: "other");
        other["spec"]!["stores"] = FreshWorld
            .Json($$"""{"s":[{{string.Join(',', Enumerable.Range(1, 12).Select(i => $$"""{"name":"s{{i}}"}"""))}}]}""")["s"]!
            .DeepClone();
        other["spec"]!["flows"]![0]!["maxStoresPerRun"] = 1;
        other["spec"]!["flows"]![0]!["maxConcurrentRuns"] = 20;
        _world.Create(other);
        _world.Create(FreshWorld.Connector());
        _world.Process.Start();
        _world.RunFor(TimeSpan.FromSeconds(63));
        Assert.True(_world.Made.Count > 10, $"{_world.Made.Count} runs");
        _world.Cluster.Edit(Kinds.Connectors, FreshWorld.Shop with { Name = "other" }, c => c["spec"]!["stores"] = "no list");
        _world.RunFor(FreshWorld.Minute);
        _world.Made.Clear();

        _world.RunFor(10 * FreshWorld.Minute);

        Assert.StartsWith(Reasons.Syncing, _world.Ready(Kinds.Connectors, FreshWorld.Shop), StringComparison.Ordinal);
        Assert.True(_world.Made.Count >= 9, $"{_world.Made.Count} runs in ten minutes");
    }
}
