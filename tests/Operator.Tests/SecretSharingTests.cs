using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>In one namespace, a Production connector and a connector of another environment never use the same Secret.</summary>
public sealed class SecretSharingTests : IDisposable
{
    private static readonly ObjectKey Live = new(FleetObjects.Namespace, "live");
    private static readonly ObjectKey Test = new(FleetObjects.Namespace, "test");
    private readonly OneOperator _operator = new();

    public SecretSharingTests()
    {
        Create(Live, nameof(DeploymentEnvironment.Production), "sellers");
        Create(Test, nameof(DeploymentEnvironment.Staging), "sellers");
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));
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
        Cluster.Edit(Kinds.Connectors, Test, c => c["spec"]!["credentials"]!["secretRef"]!["name"] = "sandbox"); // it was made with one

        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.NotEmpty(PodsOf(Test));
        Assert.All([Live, Test], key => Assert.Null(Shared(key)));
    }

    [Fact]
    public void Once_production_is_gone_the_test_runs()
    {
        Cluster.Delete(Kinds.Connectors, Live);

        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.NotEmpty(PodsOf(Test));
        Assert.Null(Shared(Test));
    }

    [Fact]
    public void A_Secret_of_a_list_of_stores_counts_as_well()
    {
        Cluster.Edit(Kinds.Connectors, Test, c => c["spec"]!["credentials"]!["secretRef"]!["name"] = "sandbox"); // it was made with one
        CreateList("[{name: from-list, credentials: {secretRef: {name: sellers}}}]");
        Cluster.Edit(
            Kinds.Connectors,
            Test,
            c =>
                c["spec"]!["storesFrom"] = JsonNode.Parse(
                    """[{"configMapKeyRef": {"name": "more", "key": "stores.yaml"}}]"""
                )
        );
        _operator.RunFor(TimeSpan.FromSeconds(40));
        Assert.All([Live, Test], key => Assert.NotNull(Shared(key)));
        Assert.StartsWith(Reasons.InvalidSpec, Ready(Test), StringComparison.Ordinal);

        Cluster.Edit(
            CoreTypes.ConfigMaps,
            new ObjectKey(FleetObjects.Namespace, "more"),
            c => c["data"]!["stores.yaml"] = "[{name: from-list}]" // it was made with it
        );
        _operator.RunFor(TimeSpan.FromSeconds(40));

        Assert.All([Live, Test], key => Assert.Null(Shared(key)));
        Assert.NotEmpty(PodsOf(Test));
    }

    private void CreateList(string stores) =>
        Cluster.Create(
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

    public void Dispose() => _operator.Dispose();

    private FakeCluster Cluster => _operator.Cluster;

    private void Create(ObjectKey key, string environment, string secret)
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["metadata"]!["name"] = key.Name; // a fleet's connector has both
        connector["spec"]!["environment"] = environment;
        connector["spec"]!["credentials"] = new JsonObject { ["secretRef"] = new JsonObject { ["name"] = secret } };
        Cluster.Create(Kinds.Connectors, key.Namespace, connector);
    }

    private List<KubeObject> PodsOf(ObjectKey key) =>
        [.. Cluster.All(CoreTypes.Pods).Where(p => p.Annotation(Planning.Facts.PodMarks.ConnectorName) == key.Name)];

    private string? Shared(ObjectKey key) => _operator.Condition(Kinds.Connectors, key, Reasons.SecretShared);

    private string Ready(ObjectKey key) => _operator.Ready(Kinds.Connectors, key);
}
