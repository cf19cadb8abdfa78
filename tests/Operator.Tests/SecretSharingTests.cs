using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>Production and what is not Production never use one Secret in one namespace.</summary>
public sealed class SecretSharingTests : IDisposable
{
    private static readonly ObjectKey Live = new(FleetObjects.Namespace, "live");
    private static readonly ObjectKey Test = new(FleetObjects.Namespace, "test");
    private readonly VirtualTime _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeCluster _cluster;
    private readonly OperatorProcess _operator;

    public SecretSharingTests()
    {
        _cluster = new FakeCluster(_time);
        _cluster.RunPods(SyncPods.Script);
        _operator = new OperatorProcess(_cluster, _time, "operator-1", seed: 1);
        Create(Live, nameof(DeploymentEnvironment.Production), "sellers");
        Create(Test, nameof(DeploymentEnvironment.Staging), "sellers");
        _operator.Start();
        RunFor(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public void The_test_is_not_run_production_goes_on_and_both_say_so()
    {
        Assert.Empty(PodsOf(Test));
        Assert.NotEmpty(PodsOf(Live));
        Assert.All([Live, Test], key => Assert.NotNull(Shared(key)));
        Assert.StartsWith(Reasons.Syncing, Ready(Live), StringComparison.Ordinal);
        Assert.StartsWith(Reasons.InvalidSpec, Ready(Test), StringComparison.Ordinal);
    }

    [Fact]
    public void Once_it_has_a_Secret_of_its_own_it_runs_and_nobody_complains()
    {
        _cluster.Edit(Kinds.Connectors, Test, c => c["spec"]!["credentials"]!["secretRef"]!["name"] = "sandbox"); // it was made with one

        RunFor(TimeSpan.FromSeconds(40));

        Assert.NotEmpty(PodsOf(Test));
        Assert.All([Live, Test], key => Assert.Null(Shared(key)));
    }

    [Fact]
    public void Once_production_is_gone_the_test_runs()
    {
        _cluster.Delete(Kinds.Connectors, Live);

        RunFor(TimeSpan.FromSeconds(40));

        Assert.NotEmpty(PodsOf(Test));
        Assert.Null(Shared(Test));
    }

    [Fact]
    public void A_Secret_of_a_list_of_stores_counts_as_well()
    {
        _cluster.Edit(Kinds.Connectors, Test, c => c["spec"]!["credentials"]!["secretRef"]!["name"] = "sandbox"); // it was made with one
        CreateList("[{name: from-list, credentials: {secretRef: {name: sellers}}}]");
        _cluster.Edit(
            Kinds.Connectors,
            Test,
            c =>
                c["spec"]!["storesFrom"] = JsonNode.Parse(
                    """[{"configMapKeyRef": {"name": "more", "key": "stores.yaml"}}]"""
                )
        );
        RunFor(TimeSpan.FromSeconds(40));
        Assert.All([Live, Test], key => Assert.NotNull(Shared(key)));
        Assert.StartsWith(Reasons.InvalidSpec, Ready(Test), StringComparison.Ordinal);

        _cluster.Edit(
            CoreTypes.ConfigMaps,
            new ObjectKey(FleetObjects.Namespace, "more"),
            c => c["data"]!["stores.yaml"] = "[{name: from-list}]" // it was made with it
        );
        RunFor(TimeSpan.FromSeconds(40));

        Assert.All([Live, Test], key => Assert.Null(Shared(key)));
        Assert.NotEmpty(PodsOf(Test));
    }

    private void CreateList(string stores) =>
        _cluster.Create(
            CoreTypes.ConfigMaps,
            FleetObjects.Namespace,
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject
                {
                    ["name"] = "more",
                    ["labels"] = new JsonObject { [ApiGroup.StoresLabel] = "true" },
                },
                ["data"] = new JsonObject { ["stores.yaml"] = stores },
            }
        );

    public void Dispose()
    {
        _operator.Dispose();
        _cluster.Dispose();
    }

    private void Create(ObjectKey key, string environment, string secret)
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["metadata"]!["name"] = key.Name; // a fleet's connector has both
        connector["spec"]!["environment"] = environment;
        connector["spec"]!["credentials"] = new JsonObject { ["secretRef"] = new JsonObject { ["name"] = secret } };
        _cluster.Create(Kinds.Connectors, key.Namespace, connector);
    }

    private List<KubeObject> PodsOf(ObjectKey key) =>
        [.. _cluster.All(CoreTypes.Pods).Where(p => p.Annotation(Planning.Facts.PodMarks.ConnectorName) == key.Name)];

    private string? Shared(ObjectKey key) => Condition(key, Reasons.SecretShared);

    private string Ready(ObjectKey key) => Condition(key, ConditionTypes.Ready) ?? "";

    private string? Condition(ObjectKey key, string type) =>
        _cluster
            .Find(Kinds.Connectors, key)!
            .Json.GetProperty("status")
            .GetProperty("conditions")
            .EnumerateArray()
            .Where(c => c.GetProperty("type").GetString() == type)
            .Select(c => $"{c.GetProperty("reason")}: {c.GetProperty("message")}")
            .SingleOrDefault();

    private void RunFor(TimeSpan time)
    {
        var end = _time.Elapsed + time;
        do
        {
            while (_operator.Drain()) { }
        } while (_time.FireNext(end));
    }
}
