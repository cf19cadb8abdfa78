using Operator.Testing;

namespace Operator.Tests;

/// <summary>The watch works and is only late: the API server's answers to our writes say so.</summary>
public sealed class LateWatchTests : IDisposable
{
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(4);
    private readonly OneShop _world = new();

    public LateWatchTests()
    {
        _world.Create(OneShop.Connector());
        _world.Process.Start();
        _world.RunFor(5 * OneShop.Minute);
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_status_that_was_outdated_is_written_on_what_a_live_read_shows()
    {
        _world.Process.Client.WatchLag = Lag;
        _world.Cluster.Edit(
            Kinds.Connectors,
            OneShop.Shop,
            c => c["metadata"]!["labels"] = OneShop.Json("""{"team":"a"}""")
        );
        var mark = _world.Cluster.Journal.Count;

        _world.RunFor(Lag - OneShop.Minute);

        var writes = _world
            .Cluster.Journal.Since(mark)
            .Where(e => e.Request.Type == Kinds.Connectors && e.Request.IsWrite)
            .ToList();
        Assert.InRange(writes.Count(w => w.HasChanged), 1, 10);
        Assert.InRange(writes.Count(w => !w.HasChanged), 0, 3);
    }

    [Fact]
    public void Once_the_watch_has_caught_up_nothing_is_read_live()
    {
        _world.Process.Client.WatchLag = Lag;
        _world.Cluster.Edit(
            Kinds.Connectors,
            OneShop.Shop,
            c => c["metadata"]!["labels"] = OneShop.Json("""{"team":"a"}""")
        );
        _world.RunFor(2 * OneShop.Minute);
        _world.Process.Client.WatchLag = TimeSpan.Zero;
        _world.RunFor(Lag + (2 * OneShop.Minute));
        var mark = _world.Cluster.Journal.Count;

        _world.RunFor(5 * OneShop.Minute);

        Assert.DoesNotContain(
            _world.Cluster.Journal.Since(mark),
            e => e.Request.Type == Kinds.Connectors && e.Request.Verb == KubeVerb.Get
        );
    }

    /// <summary>Their writers see them change all the time, whatever was read.</summary>
    [Fact]
    public void Statuses_of_an_action_without_a_connector_are_repeated_less_and_less()
    {
        _world.Process.Client.Faults.Add(r =>
            r.Type == Kinds.Actions && r.IsWrite ? Fault.Before(KubeErrors.Conflict()) : null
        );
        _world.Cluster.Create(
            Kinds.Actions,
            "shop",
            OneShop.Json(
                """
                {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncAction","metadata":{"name":"a","namespace":"shop"},
                 "spec":{"targetRef":{"kind":"MarketplaceConnector","name":"nobody"},"action":"Suspend","reason":"r","requestedBy":"me"}}
                """
            )
        );
        var mark = _world.Cluster.Journal.Count;

        _world.RunFor(10 * OneShop.Minute);

        Assert.InRange(
            _world.Cluster.Journal.Since(mark).Count(e => e.Request.Type == Kinds.Actions && e.Request.IsWrite),
            20,
            100
        );
    }
}
