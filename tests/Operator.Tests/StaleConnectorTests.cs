using Operator.Testing;

namespace Operator.Tests;

/// <summary>The watch of connectors is broken for ten minutes while everything else works.</summary>
public sealed class StaleConnectorTests : IDisposable
{
    private readonly OneShop _world = new();

    public StaleConnectorTests()
    {
        _world.Create(OneShop.Connector());
        _world.Process.Start();
        _world.RunFor(5 * OneShop.Minute);
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
        _world.Cluster.Edit(
            Kinds.Connectors,
            OneShop.Shop,
            c => c["metadata"]!["labels"] = OneShop.Json("""{"team":"a"}""")
        );
        var mark = _world.Cluster.Journal.Count;

        _world.RunFor(10 * OneShop.Minute);

        var writes = _world
            .Cluster.Journal.Since(mark)
            .Where(e => e.Request.Type == Kinds.Connectors && e.Request.Verb == KubeVerb.PatchStatus)
            .ToList();
        Assert.InRange(writes.Count(w => !w.HasChanged), 0, 20);
        Assert.InRange(writes.Count(w => w.HasChanged), 5, 100);
    }

    [Fact]
    public void A_connector_that_was_deleted_gets_no_more_pods()
    {
        _world.Cluster.Delete(Kinds.Connectors, OneShop.Shop);
        var deleted = _world.Now;

        _world.RunFor(10 * OneShop.Minute);

        Assert.DoesNotContain(_world.Made, p => p.At > deleted + (2 * OneShop.Minute));
    }

    [Fact]
    public void A_connector_that_was_replaced_owns_its_pods()
    {
        _world.Cluster.Delete(Kinds.Connectors, OneShop.Shop);
        _world.Create(OneShop.Connector());
        var replaced = _world.Now;

        _world.RunFor(10 * OneShop.Minute);

        var later = _world.Made.Where(p => p.At > replaced + (2 * OneShop.Minute)).ToList();
        Assert.NotEmpty(later);
        Assert.DoesNotContain(later, p => !p.Json.Contains(_world.Uid, StringComparison.Ordinal));
    }

    [Fact]
    public void An_edited_connector_is_followed()
    {
        _world.Cluster.Edit(Kinds.Connectors, OneShop.Shop, c => c["spec"]!["suspend"] = true);
        var edited = _world.Now;

        _world.RunFor(5 * OneShop.Minute);

        Assert.DoesNotContain(_world.Made, p => p.At > edited + OneShop.Minute);
    }

    /// <summary>Nobody can say what the connector is now, so what ran goes on.</summary>
    [Fact]
    public void A_connector_that_nobody_can_read_goes_on_as_it_was()
    {
        _world.Process.Client.Faults.Add(r =>
            r.Type == Kinds.Connectors && r.Verb == KubeVerb.Get ? Fault.Before(KubeErrors.InternalError()) : null
        );
        var broken = _world.Now;

        _world.RunFor(10 * OneShop.Minute);

        Assert.InRange(_world.Made.Count(p => p.At > broken), 9, 11);
    }
}
