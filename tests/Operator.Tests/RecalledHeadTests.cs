using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>A head that is only remembered is believed, and told to others as a witness, after it is gone or went back.</summary>
public sealed class RecalledHeadTests : IDisposable
{
    private readonly OneShop _world = new();

    public RecalledHeadTests()
    {
        _world.Create(OneShop.Connector());
        _world.Process.Start();
        _world.RunFor(5 * OneShop.Minute);
    }

    public void Dispose() => _world.Dispose();

    /// <summary>kubectl delete namespace shop; kubectl create namespace shop; kubectl apply.</summary>
    [Theory]
    [InlineData(OneShop.Good)]
    [InlineData(OneShop.Better)]
    public void A_connector_in_a_namespace_that_was_deleted_and_made_again_is_new(string image)
    {
        DeleteNamespace();

        _world.Create(OneShop.Connector(image));
        var begin = _world.Now;
        _world.RunFor(3 * OneShop.Minute);

        AssertNothingIsLost();
        Assert.Contains(_world.Made, p => p.At > begin && p.Json.Contains(image, StringComparison.Ordinal));
        Assert.StartsWith(Reasons.Syncing, _world.Ready(Kinds.Connectors, OneShop.Shop), StringComparison.Ordinal);
    }

    /// <summary>As before, but the new connector can't run at first, so that its first plan commits nothing.</summary>
    [Fact]
    public void A_connector_that_is_invalid_at_first_in_a_new_namespace_is_new_as_well()
    {
        DeleteNamespace();
        var broken = OneShop.Connector(OneShop.Better);
        broken["spec"]!["flows"]![0]!["schedule"] = "never";
        _world.Create(broken);
        _world.RunFor(TimeSpan.FromSeconds(30));

        _world.Cluster.Edit(Kinds.Connectors, OneShop.Shop, c => c["spec"]!["flows"]![0]!["schedule"] = "* * * * *");
        var begin = _world.Now;
        _world.RunFor(5 * OneShop.Minute);

        AssertNothingIsLost();
        Assert.Contains(_world.Made, p => p.At > begin && p.Json.Contains(OneShop.Better, StringComparison.Ordinal));
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
        _world.RunFor(4 * OneShop.Minute);

        _world.Cluster.Restore(backup);
        var mark = _world.Cluster.Journal.Count;
        _world.RunFor(5 * OneShop.Minute);

        var first = _world
            .Cluster.Journal.Since(mark)
            .Where(e =>
                e.Request.Type == Kinds.Records
                || e.Request.Type == Kinds.Connectors
                || e.Request.Type == CoreTypes.Pods
            )
            .Take(14)
            .Select(e =>
                $"{e.Request.At:mm:ss.f} {e.Request.Verb} {e.Request.Type.Plural} {e.Request.Key.Name} {e.Status}"
            );
        Assert.True(
            !_world.EventReasons.Contains(Reasons.RecordLost),
            $"the record was lost; after the restore: {string.Join("; ", first)}"
        );
    }

    /// <summary>Only the records go back, so the statuses and pods are right in saying that they did.</summary>
    [Fact]
    public void Records_that_alone_went_back_are_lost()
    {
        var backup = _world.Cluster.All(Kinds.Records);
        _world.RunFor(4 * OneShop.Minute);

        foreach (var record in _world.Cluster.All(Kinds.Records))
        {
            _world.Cluster.Delete(Kinds.Records, record.Key);
        }
        foreach (var record in backup)
        {
            var json = OneShop.Json(record.Json.GetRawText());
            json["metadata"]!.AsObject().Remove("resourceVersion"); // every object has metadata
            _world.Cluster.Create(Kinds.Records, "shop", json);
        }
        _world.RunFor(4 * OneShop.Minute);

        Assert.Contains(Reasons.RecordLost, _world.EventReasons);
    }

    /// <summary>Anybody who may edit pods can write it.</summary>
    [Theory]
    [InlineData("9000000000000000000")]
    [InlineData("9223372036854775807")]
    public void An_absurd_counter_on_a_pod_loses_no_record(string counter)
    {
        var pod = _world.Cluster.All(CoreTypes.Pods)[0];
        _world.Cluster.Edit(
            CoreTypes.Pods,
            pod.Key,
            p => p["metadata"]!["annotations"]![PodMarks.Counter] = counter // a sync pod has annotations
        );
        _world.RunFor(4 * OneShop.Minute);

        AssertNothingIsLost();
        Assert.StartsWith(Reasons.Syncing, _world.Ready(Kinds.Connectors, OneShop.Shop), StringComparison.Ordinal);
    }

    private void AssertNothingIsLost() =>
        Assert.True(
            !_world.EventReasons.Contains(Reasons.RecordLost),
            $"{string.Join(", ", _world.EventReasons)}; {_world.Ready(Kinds.Connectors, OneShop.Shop)}; newest run {_world.Made[^1].At:HH:mm:ss} of now {_world.Now:HH:mm:ss}; {string.Join(" | ", _world.Process.Log.Lines.Where(l => l.Contains("ecord", StringComparison.Ordinal)).TakeLast(6))}"
        );

    private void DeleteNamespace()
    {
        _world.Cluster.Delete(CoreTypes.Namespaces, new ObjectKey("", "shop"));
        _world.RunFor(2 * OneShop.Minute);
        Assert.Empty(_world.Cluster.All(Kinds.Records));
        Assert.Empty(_world.Cluster.All(Kinds.Connectors));
    }
}
