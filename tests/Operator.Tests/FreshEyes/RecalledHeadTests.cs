using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.FreshEyes;

/// <summary>A head that is only remembered is believed, and told to others as a witness, after it is gone or went back.</summary>
public sealed class RecalledHeadTests : IDisposable
{
    private readonly FreshWorld _world = new();

    public RecalledHeadTests()
    {
        _world.Create(FreshWorld.Connector());
        _world.Process.Start();
        _world.RunFor(5 * FreshWorld.Minute);
    }

    public void Dispose() => _world.Dispose();

    /// <summary>kubectl delete namespace shop; kubectl create namespace shop; kubectl apply.</summary>
    [Theory]
    [InlineData(FreshWorld.Good)]
    [InlineData(FreshWorld.Better)]
    public void A_connector_in_a_namespace_that_was_deleted_and_made_again_is_new(string image)
    {
        DeleteNamespace();

        _world.Create(FreshWorld.Connector(image));
        var begin = _world.Now;
        _world.RunFor(3 * FreshWorld.Minute);

        Assert.DoesNotContain(Reasons.RecordLost, _world.EventReasons);
        Assert.Contains(_world.Made, p => p.At > begin && p.Json.Contains(image, StringComparison.Ordinal));
        Assert.StartsWith(Reasons.Syncing, _world.Ready(Kinds.Connectors, FreshWorld.Shop), StringComparison.Ordinal);
    }

    /// <summary>As before, but the new connector can't run at first, so that its first plan commits nothing.</summary>
    [Fact]
    public void A_connector_that_is_invalid_at_first_in_a_new_namespace_is_new_as_well()
    {
        DeleteNamespace();
        var broken = FreshWorld.Connector(FreshWorld.Better);
        broken["spec"]!["flows"]![0]!["schedule"] = "never";
        _world.Create(broken);
        _world.RunFor(TimeSpan.FromSeconds(30));

        _world.Cluster.Edit(
            Kinds.Connectors,
            FreshWorld.Shop,
            c => c["spec"]!["flows"]![0]!["schedule"] = "* * * * *"
        );
        var begin = _world.Now;
        _world.RunFor(5 * FreshWorld.Minute);

        Assert.DoesNotContain(Reasons.RecordLost, _world.EventReasons);
        Assert.Contains(_world.Made, p => p.At > begin && p.Json.Contains(FreshWorld.Better, StringComparison.Ordinal));
    }

    /// <summary>The connector was deleted for longer than 30 days, and its record retired, while the same process leads.</summary>
    [Fact]
    public void A_connector_that_comes_back_after_its_record_was_removed_is_new()
    {
        _world.Cluster.Delete(Kinds.Connectors, FreshWorld.Shop);
        _world.RunFor(TimeSpan.FromDays(31));
        Assert.Empty(_world.Cluster.All(Kinds.Records));
        var broken = FreshWorld.Connector(FreshWorld.Better);
        broken["spec"]!["flows"]![0]!["schedule"] = "never";
        _world.Create(broken);
        _world.RunFor(TimeSpan.FromSeconds(30));

        var told = _world.Cluster.Find(Kinds.Connectors, FreshWorld.Shop)!.Json.GetProperty("status");
        _world.Cluster.Edit(
            Kinds.Connectors,
            FreshWorld.Shop,
            c => c["spec"]!["flows"]![0]!["schedule"] = "* * * * *"
        );
        var begin = _world.Now;
        _world.RunFor(5 * FreshWorld.Minute);

        Assert.DoesNotContain(Reasons.RecordLost, _world.EventReasons);
        Assert.Contains(_world.Made, p => p.At > begin && p.Json.Contains(FreshWorld.Better, StringComparison.Ordinal));
        Assert.True(
            !told.TryGetProperty("recordCounter", out var counter) || counter.GetInt64() == 0,
            $"the status of a connector without a record says {told}"
        );
    }

    /// <summary>All of etcd goes back by four minutes: objects, statuses and records agree, so nothing is lost.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(50)]
    public void A_cluster_that_was_restored_as_a_whole_has_lost_no_record(int second)
    {
        _world.RunFor(TimeSpan.FromSeconds(second));
        var backup = _world.Cluster.Snapshot();
        _world.RunFor(4 * FreshWorld.Minute);

        _world.Cluster.Restore(backup);
        _world.RunFor(5 * FreshWorld.Minute);

        Assert.DoesNotContain(Reasons.RecordLost, _world.EventReasons);
    }

    private void DeleteNamespace()
    {
        _world.Cluster.Delete(CoreTypes.Namespaces, new ObjectKey("", "shop"));
        _world.RunFor(2 * FreshWorld.Minute);
        Assert.Empty(_world.Cluster.All(Kinds.Records));
        Assert.Empty(_world.Cluster.All(Kinds.Connectors));
    }
}
