using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>Sync pods use a ServiceAccount only when a person who may write ServiceAccounts has labelled it for them.</summary>
public sealed class ServiceAccountTests : IDisposable
{
    private static readonly ObjectKey Key = new(FleetObjects.Namespace, FleetObjects.Name);
    private static readonly ObjectKey Account = new(FleetObjects.Namespace, "sync-workers");
    private readonly OneOperator _operator = new();

    public ServiceAccountTests()
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["spec"]!["sync"]!["serviceAccountName"] = Account.Name; // a fleet's connector has both
        Cluster.Create(Kinds.Connectors, Key.Namespace, connector);
    }

    [Fact]
    public void A_missing_account_keeps_every_run_from_starting_and_says_so()
    {
        Start();

        Assert.Contains("ServiceAccount 'sync-workers' is not there; create it", Ready(), StringComparison.Ordinal);
        Assert.Empty(Cluster.All(CoreTypes.Pods));
    }

    [Fact]
    public void An_account_without_the_label_keeps_every_run_from_starting_and_says_what_to_do()
    {
        Create(label: "false");

        Start();

        Assert.Contains(
            $"ServiceAccount 'sync-workers' is not open to sync pods; label it {ApiGroup.AllowSyncPodsLabel}=true",
            Ready(),
            StringComparison.Ordinal
        );
        Assert.Empty(Cluster.All(CoreTypes.Pods));
    }

    [Fact]
    public void With_the_label_pods_run_under_it_and_get_no_token()
    {
        Create(label: "true");

        Start();

        Assert.StartsWith(Reasons.Syncing, Ready(), StringComparison.Ordinal);
        var pods = Cluster.All(CoreTypes.Pods).Select(p => p.Json.GetProperty("spec")).ToList();
        Assert.NotEmpty(pods);
        Assert.All(pods, p => Assert.Equal(Account.Name, p.GetProperty("serviceAccountName").GetString()));
        Assert.All(pods, p => Assert.False(p.GetProperty("automountServiceAccountToken").GetBoolean()));
    }

    [Fact]
    public void An_account_that_is_labelled_later_is_found_without_a_change_of_the_connector()
    {
        Create(label: "false");
        Start();

        Cluster.Edit(
            CoreTypes.ServiceAccounts,
            Account,
            a => a["metadata"]!["labels"]![ApiGroup.AllowSyncPodsLabel] = "true" // it was made with labels
        );
        _operator.RunFor(TimeSpan.FromMinutes(1));

        Assert.StartsWith(Reasons.Syncing, Ready(), StringComparison.Ordinal);
    }

    public void Dispose() => _operator.Dispose();

    private FakeCluster Cluster => _operator.Cluster;

    private void Create(string label) =>
        Cluster.Create(
            CoreTypes.ServiceAccounts,
            Account.Namespace,
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = Account.Name,
                    ["labels"] = new JsonObject { [ApiGroup.AllowSyncPodsLabel] = label },
                },
            }
        );

    private void Start()
    {
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));
    }

    private string Ready() => _operator.Ready(Kinds.Connectors, Key);
}
