namespace Operator.Cluster.Tests;

/// <summary>
/// A second cluster for stories that stop the operator or break the cluster. When <c>TEST_KUBECONFIG</c> gives one cluster for all
/// stories, this is that cluster, and such a story waits until it is alone there.
/// </summary>
public sealed class UnsettledCluster(TestCluster settled) : IAsyncLifetime
{
    private TestCluster? _own;

    internal TestCluster Cluster => _own ?? settled;

    public async ValueTask InitializeAsync()
    {
        if (!ClusterSource.IsGiven)
        {
            _own = new TestCluster("2");
            await _own.InitializeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }
}

/// <summary>The collection of these stories; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class Unsettled : ICollectionFixture<UnsettledCluster>
{
    public const string Name = "unsettled";
}
