using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>The whole program, where nothing may be planned: a foreign object of the record's name, a deletion that waits.</summary>
public sealed class StandStillTests : IDisposable
{
    private static readonly ObjectKey Shop = new(FleetObjects.Namespace, FleetObjects.Name);
    private readonly OneOperator _operator = new();

    public void Dispose() => _operator.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_foreign_object_of_the_records_name_is_not_overwritten_and_once_it_is_gone_runs_begin(
        bool isOverRestart
    )
    {
        var head = HeadName();
        Cluster.Create(Kinds.Records, Shop.Namespace, Foreign(head.Name));
        var version = Cluster.Find(Kinds.Records, head)!.ResourceVersion; // created above
        Begin();
        if (isOverRestart)
        {
            _operator.Sleep(TimeSpan.FromMinutes(1));
            _operator.RunFor(TimeSpan.FromMinutes(1));
        }

        Assert.StartsWith(
            $"RecordForeign: SyncRecord {head} has the name of the connector's record but is not the operator's",
            _operator.Ready(Kinds.Connectors, Shop),
            StringComparison.Ordinal
        );
        Assert.Equal(version, Cluster.Find(Kinds.Records, head)!.ResourceVersion); // nobody deletes it
        Assert.Single(Cluster.All(Kinds.Records));
        Assert.Empty(Cluster.All(CoreTypes.Pods));

        Cluster.Delete(Kinds.Records, head);
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Shop), StringComparison.Ordinal);
        Assert.NotEmpty(Cluster.All(CoreTypes.Pods));
    }

    [Fact]
    public void While_it_stands_still_it_writes_nothing()
    {
        Cluster.Create(Kinds.Records, Shop.Namespace, Foreign(HeadName().Name));
        Begin();
        var mark = Cluster.Journal.Count;

        _operator.RunFor(TimeSpan.FromMinutes(10));

        Assert.DoesNotContain(
            Cluster.Journal.Since(mark),
            e => e.Request.IsWrite && e.Request.Type != CoreTypes.Leases
        );
    }

    [Fact]
    public void A_connector_that_waits_for_a_finalizer_says_that_it_is_being_deleted_and_runs_nothing_new()
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["metadata"]!["finalizers"] = new JsonArray("example.com/keep"); // it has metadata
        Begin(connector);
        Assert.NotEmpty(Cluster.All(CoreTypes.Pods));

        Cluster.Delete(Kinds.Connectors, Shop);
        _operator.RunFor(TimeSpan.FromSeconds(2));
        var mark = Cluster.Journal.Count;
        _operator.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(
            "BeingDeleted: the connector is being deleted and waits for the finalizers 'example.com/keep' of others: nothing new is run, live runs end by themselves",
            _operator.Ready(Kinds.Connectors, Shop)
        );
        Assert.DoesNotContain(
            Cluster.Journal.Since(mark),
            e => e.Request.IsWrite && e.Request.Type == CoreTypes.Pods && e.Request.Verb == KubeVerb.Create
        );
        Assert.DoesNotContain(
            Cluster.Journal.Since(mark),
            e => e.Request.IsWrite && e.Request.Type == Kinds.Connectors
        );

        Cluster.Edit(Kinds.Connectors, Shop, c => c["metadata"]!.AsObject().Remove("finalizers")); // as above
        _operator.RunFor(TimeSpan.FromMinutes(1));
        Assert.Null(Cluster.Find(Kinds.Connectors, Shop));
    }

    [Fact]
    public void A_restarted_operator_tells_it_too()
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["metadata"]!["finalizers"] = new JsonArray("example.com/keep"); // it has metadata
        Begin(connector);
        _operator.Sleep(TimeSpan.Zero);
        Cluster.Delete(Kinds.Connectors, Shop);

        _operator.RunFor(TimeSpan.FromMinutes(1));

        Assert.StartsWith(Reasons.BeingDeleted, _operator.Ready(Kinds.Connectors, Shop), StringComparison.Ordinal);
    }

    private FakeCluster Cluster => _operator.Cluster;

    private void Begin(JsonObject? connector = null)
    {
        Cluster.Create(Kinds.Connectors, Shop.Namespace, connector ?? new FleetObjects(new Random(1)).Connector());
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(90));
    }

    /// <summary>The name that the operator gives to the head of the connector's record.</summary>
    private static ObjectKey HeadName()
    {
        using var trial = new OneOperator();
        trial.Cluster.Create(Kinds.Connectors, Shop.Namespace, new FleetObjects(new Random(1)).Connector());
        trial.Start();
        trial.RunFor(TimeSpan.FromSeconds(30));
        return trial.Cluster.All(Kinds.Records).Single(r => r.Label($"{ApiGroup.Name}/record-role") == "head").Key;
    }

    private static JsonObject Foreign(string name) =>
        new()
        {
            ["apiVersion"] = ApiGroup.ApiVersion,
            ["kind"] = ApiGroup.RecordKind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Shop.Namespace },
            ["data"] = new JsonObject { ["notes"] = "of somebody else" },
        };
}
