using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>Two connectors read one ConfigMap. What the one proves says nothing about the other.</summary>
public sealed class SharedConfigMapStories : IDisposable
{
    private const string New = "\"new\"";
    private readonly OneOperator _operator = new(
        new DateTimeOffset(2026, 11, 24, 12, 0, 1, TimeSpan.Zero),
        Script,
        seed: 3
    );
    private readonly List<KubeObject> _pods = [];

    public SharedConfigMapStories()
    {
        Create(
            CoreTypes.ConfigMaps,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"mode":"old"}}"""
        );
        foreach (var name in (string[])["a", "b"])
        {
            Create(
                Kinds.Connectors,
                """
                {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
                 "metadata":{"name":"NAME","namespace":"shop"},
                 "spec":{"marketplace":"Custom",
                         "sync":{"image":"registry.example.com/sync:1",
                                 "env":[{"name":"MODE","valueFrom":{"configMapKeyRef":{"name":"settings","key":"mode"}}}]},
                         "stores":[{"name":"s1"},{"name":"s2"},{"name":"s3"},{"name":"s4"}],
                         "flows":[{"name":"orders","schedule":"@every 20s","startingDeadline":"15s","timeout":"15s","maxStoresPerRun":1}]}}
                """.Replace("NAME", name, StringComparison.Ordinal)
            );
            Create(
                Kinds.Rollouts,
                """
                {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
                 "metadata":{"name":"NAME","namespace":"shop"},
                 "spec":{"connectorRef":{"name":"NAME"},"steps":[{"stores":"1","minDuration":"20s"},{"stores":"100%","minDuration":"20s"}],
                         "evidence":{"minRuns":2,"minItems":4,"minStores":1},"analysis":{"maxErrorRate":"10%"}}}
                """.Replace("NAME", name, StringComparison.Ordinal)
            );
        }
        _operator.Cluster.Changed = change =>
        {
            if (change is { Before: null, After: { } pod } && change.Type == CoreTypes.Pods)
            {
                _pods.Add(new KubeObject(pod));
            }
        };
        _operator.Start();
        _operator.RunFor(TimeSpan.FromMinutes(3));
    }

    public void Dispose() => _operator.Dispose();

    [Fact]
    public void A_shared_ConfigMap_is_promoted_for_each_connector_by_its_own_rollout()
    {
        _operator.Cluster.Edit(
            CoreTypes.ConfigMaps,
            new ObjectKey("shop", "settings"),
            c => c["data"]!["mode"] = "new"
        ); // it has the key
        _operator.RunFor(TimeSpan.FromMinutes(20));

        var (a, b) = (Of("a"), Of("b"));
        Assert.All(a.TakeLast(4), p => Assert.True(IsNew(p)));
        Assert.All(b.TakeLast(4), p => Assert.False(IsNew(p)));
        var touched = b.Where(IsNew).Select(StoreOf).Distinct(StringComparer.Ordinal);
        Assert.Single(touched);
    }

    private List<KubeObject> Of(string connector) =>
        [.. _pods.Where(p => p.Annotation("marketplace-operator.io/connector-name") == connector)];

    private static bool IsNew(KubeObject pod) => pod.Json.GetRawText().Contains(New, StringComparison.Ordinal);

    private static string StoreOf(KubeObject pod) => Gathering.PodProjection.Of(pod).Pod.Fingerprint!.Stores.Single(); // our pods have one, and one store each

    /// <summary>Connector b can't live with the new value.</summary>
    private static PodScript Script(KubeObject pod)
    {
        var isBad = pod.Annotation("marketplace-operator.io/connector-name") == "b" && IsNew(pod);
        return new PodScript
        {
            RunsFor = TimeSpan.FromSeconds(2),
            Message = WorkerReport.Of([isBad ? WorkerReport.Failed(10, 'i') : WorkerReport.Store(10)]),
        };
    }

    private void Create(ResourceType type, string json) =>
        _operator.Cluster.Create(type, "shop", JsonNode.Parse(json)!.AsObject()); // it is an object
}
