using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>Finished pods that no plan will ever fold stop no connector that is planned.</summary>
public sealed class StrayPodsTests : IDisposable
{
    private const int Cap = 10;
    private static readonly ObjectKey Connector = new("shop", "c");
    private static readonly ObjectKey Other = new("shop", "other");
    private readonly List<ObjectKey> _made = [];
    private readonly OneOperator _operator;

    public StrayPodsTests()
    {
        _operator = new OneOperator(
            new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
            _ => new PodScript
            {
                StartsAfter = TimeSpan.FromSeconds(1),
                RunsFor = TimeSpan.FromSeconds(5),
                Message = WorkerReport.Of(Enumerable.Repeat(WorkerReport.Store(10), 3)),
            },
            seed: 1,
            finishedPodsCap: Cap
        );
        _operator.Cluster.Changed = change =>
        {
            if (change is { Before: null, After: not null } && change.Type == CoreTypes.Pods)
            {
                _made.Add(change.Key);
            }
        };
    }

    public void Dispose() => _operator.Dispose();

    /// <summary><c>kubectl delete marketplaceconnector other --cascade=orphan</c>, while its runs are live.</summary>
    [Fact]
    public void Finished_pods_of_a_connector_that_is_gone_stop_no_other_connector()
    {
        Create(Connector, stores: 3);
        _operator.Start();
        _operator.RunFor(TimeSpan.FromMinutes(3));
        CreateStrays(_operator.Cluster);

        AssertServed();
    }

    /// <summary>A standby has seen them end, and no change of a connector that is gone tells the new leader of it.</summary>
    [Fact]
    public void Finished_pods_of_a_connector_that_is_gone_stop_no_other_connector_under_a_new_leader()
    {
        using var replicas = new TwoReplicas("* * * * *", finishedPodsCap: Cap);
        replicas.RunFor(TimeSpan.FromMinutes(3));
        CreateStrays(replicas.Cluster);
        replicas.RunFor(TimeSpan.FromMinutes(1));
        replicas.Leader.Kill();
        replicas.RunFor(TimeSpan.FromMinutes(1));
        replicas.Made.Clear();

        replicas.RunFor(TimeSpan.FromMinutes(10));

        Assert.True(replicas.Made.Count >= 9, $"{replicas.Made.Count} runs in ten minutes");
    }

    [Fact]
    public void Finished_pods_of_a_connector_that_can_not_be_read_stop_no_other_connector()
    {
        CreateBoth();

        _operator.Cluster.Edit(Kinds.Connectors, Other, c => c["spec"]!["stores"] = "no list"); // it has a spec

        AssertServed();
    }

    [Fact]
    public void Finished_pods_of_a_connector_that_a_finalizer_keeps_stop_no_other_connector()
    {
        CreateBoth();

        _operator.Cluster.Edit(
            Kinds.Connectors,
            Other,
            c => c["metadata"]!["finalizers"] = new JsonArray("example.com/backup") // it has metadata
        );
        _operator.Cluster.Delete(Kinds.Connectors, Other);

        AssertServed();
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    public void Finished_pods_of_a_connector_whose_record_can_not_be_written_stop_no_other_connector(int code)
    {
        CreateBoth();

        using var rule = _operator.Faults.Add(r =>
            r.IsWrite && r.Type == Kinds.Records && r.Key.Name.Contains(Other.Name, StringComparison.Ordinal)
                ? Fault.Before(
                    new KubeApiException((System.Net.HttpStatusCode)code, "Failure", "the words of the server")
                )
                : null
        );

        AssertServed();
    }

    /// <summary>The other connector has more runs under way than the limit.</summary>
    private void CreateBoth()
    {
        Create(Other, stores: 12);
        Create(Connector, stores: 3);
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(63));
        Given.That(_made.Count > Cap, "runs under way");
    }

    private void AssertServed()
    {
        _operator.RunFor(TimeSpan.FromMinutes(1));
        _made.Clear();

        _operator.RunFor(TimeSpan.FromMinutes(10));

        Assert.StartsWith(Reasons.Syncing, _operator.Ready(Kinds.Connectors, Connector), StringComparison.Ordinal);
        Assert.True(_made.Count >= 9, $"{_made.Count} runs in ten minutes");
    }

    /// <summary>Runs of one store each for <see cref="Other"/>, of all stores for <see cref="Connector"/>.</summary>
    private void Create(ObjectKey connector, int stores)
    {
        var names = string.Join(',', Enumerable.Range(1, stores).Select(i => $$"""{"name":"s{{i}}"}"""));
        var most = connector == Other ? ""","maxStoresPerRun":1,"maxConcurrentRuns":20""" : "";
        _operator.Cluster.Create(
            Kinds.Connectors,
            connector.Namespace,
            Json(
                $$$"""
                {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
                 "metadata":{"name":"{{{connector.Name}}}","namespace":"{{{connector.Namespace}}}"},
                 "spec":{"marketplace":"Custom","sync":{"image":"registry.example.com/sync:good"},
                         "stores":[{{{names}}}],"flows":[{"name":"orders","schedule":"* * * * *"{{{most}}}}]}}
                """
            )
        );
    }

    /// <summary>The pods of <see cref="Other"/>, which does not exist. They end on their own.</summary>
    private static void CreateStrays(FakeCluster cluster)
    {
        for (var i = 0; i < Cap + 2; i++)
        {
            cluster.Create(
                CoreTypes.Pods,
                Other.Namespace,
                Json(
                    $$$"""
                    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"other-{{{i}}}","namespace":"{{{Other.Namespace}}}",
                      "labels":{"{{{PodMarks.Connector}}}":"{{{Other.Name}}}"},
                      "annotations":{"{{{PodMarks.ConnectorName}}}":"{{{Other.Name}}}"}},
                     "spec":{"restartPolicy":"Never","containers":[{"name":"sync","image":"registry.example.com/sync:good"}]}}
                    """
                )
            );
        }
    }

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject(); // it is an object
}
