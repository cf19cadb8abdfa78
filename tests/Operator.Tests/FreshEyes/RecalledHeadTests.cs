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

        AssertNothingIsLost();
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

        AssertNothingIsLost();
        Assert.Contains(_world.Made, p => p.At > begin && p.Json.Contains(FreshWorld.Better, StringComparison.Ordinal));
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
        var mark = _world.Cluster.Journal.Count;
        _world.RunFor(5 * FreshWorld.Minute);

        var first = _world
            .Cluster.Journal.Since(mark)
            .Where(e => e.Request.Type == Kinds.Records || e.Request.Type == Kinds.Connectors || e.Request.Type == CoreTypes.Pods)
            .Take(14)
            .Select(e => $"{e.Request.At:mm:ss.f} {e.Request.Verb} {e.Request.Type.Plural} {e.Request.Key.Name} {e.Status}");
        Assert.True(
            !_world.EventReasons.Contains(Reasons.RecordLost),
            $"the record was lost; after the restore: {string.Join("; ", first)}"
        );
    }

    private void AssertNothingIsLost() =>
        Assert.True(
            !_world.EventReasons.Contains(Reasons.RecordLost),
            $"{string.Join(", ", _world.EventReasons)}; {_world.Ready(Kinds.Connectors, FreshWorld.Shop)}; newest run {_world.Made[^1].At:HH:mm:ss} of now {_world.Now:HH:mm:ss}; {string.Join(" | ", _world.Process.Log.Lines.Where(l => l.Contains("ecord", StringComparison.Ordinal)).TakeLast(6))}"
        );

    private void DeleteNamespace()
    {
        _world.Cluster.Delete(CoreTypes.Namespaces, new ObjectKey("", "shop"));
        _world.RunFor(2 * FreshWorld.Minute);
        Assert.Empty(_world.Cluster.All(Kinds.Records));
        Assert.Empty(_world.Cluster.All(Kinds.Connectors));
    }
}
