using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.FreshEyes;

/// <summary>The watch of connectors is broken for ten minutes while everything else works.</summary>
public sealed class StaleConnectorTests : IDisposable
{
    private readonly FreshWorld _world = new();

    public StaleConnectorTests()
    {
        _world.Create(FreshWorld.Connector());
        _world.Process.Start();
        _world.RunFor(5 * FreshWorld.Minute);
        _world.Process.Client.Faults.Add(r =>
            r.Type == Kinds.Connectors && r.Verb is KubeVerb.Watch or KubeVerb.List
                ? Fault.Before(KubeErrors.ConnectionReset())
                : null
        );
        _world.Process.Client.DropWatches(WatchEnd.Broken, Kinds.Connectors);
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_status_that_was_refused_as_outdated_is_written_on_what_a_live_read_shows()
    {
        _world.Cluster.Edit(Kinds.Connectors, FreshWorld.Shop, c => c["metadata"]!["labels"] = FreshWorld.Json("""{"team":"a"}"""));
        var mark = _world.Cluster.Journal.Count;

        _world.RunFor(10 * FreshWorld.Minute);

        var writes = _world
            .Cluster.Journal.Since(mark)
            .Where(e => e.Request.Type == Kinds.Connectors && e.Request.Verb == KubeVerb.ReplaceStatus)
            .ToList();
        Assert.InRange(writes.Count(w => !w.HasChanged), 0, 20);
        Assert.InRange(writes.Count(w => w.HasChanged), 5, 100);
    }

    [Fact]
    public void A_connector_that_was_deleted_gets_no_more_pods()
    {
        _world.Cluster.Delete(Kinds.Connectors, FreshWorld.Shop);
        var deleted = _world.Now;

        _world.RunFor(10 * FreshWorld.Minute);

        Assert.DoesNotContain(_world.Made, p => p.At > deleted + (2 * FreshWorld.Minute));
    }

    [Fact]
    public void A_connector_that_was_replaced_owns_its_pods()
    {
        _world.Cluster.Delete(Kinds.Connectors, FreshWorld.Shop);
        _world.Create(FreshWorld.Connector());
        var replaced = _world.Now;

        _world.RunFor(10 * FreshWorld.Minute);

        var later = _world.Made.Where(p => p.At > replaced + (2 * FreshWorld.Minute)).ToList();
        Assert.NotEmpty(later);
        Assert.DoesNotContain(later, p => !p.Json.Contains(_world.Uid, StringComparison.Ordinal));
    }
}
