namespace Operator.Tests;

/// <summary>The live read before a widening shows a connector that is being deleted.</summary>
public sealed class DeletedWhileReadTests : IDisposable
{
    private readonly OneShop _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_connector_that_a_live_read_shows_as_being_deleted_starts_no_attempt()
    {
        var connector = OneShop.Connector();
        connector["metadata"]!["finalizers"] = OneShop.Json("""{"f":["example.com/wait"]}""")["f"]!.DeepClone();
        _world.Create(connector);
        _world.Cluster.Create(
            Kinds.Rollouts,
            "shop",
            OneShop.Json(
                """
                {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout","metadata":{"name":"r","namespace":"shop"},
                 "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
                """
            )
        );
        _world.Process.Start();
        _world.RunFor(5 * OneShop.Minute);
        _world.Process.Client.WatchLag = TimeSpan.FromSeconds(20);
        _world.Cluster.Edit(Kinds.Connectors, OneShop.Shop, c => c["spec"]!["sync"]!["image"] = OneShop.Better);
        _world.RunFor(TimeSpan.FromSeconds(5));
        _world.Cluster.Delete(Kinds.Connectors, OneShop.Shop);
        Assert.NotNull(_world.Cluster.Find(Kinds.Connectors, OneShop.Shop)!.DeletionTimestamp);

        _world.RunFor(3 * OneShop.Minute);

        Assert.DoesNotContain("AttemptStarted", _world.EventReasons);
    }
}
