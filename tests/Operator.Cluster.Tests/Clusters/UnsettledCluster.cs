namespace Operator.Cluster.Tests;

/// <summary>
/// A cluster for stories that stop the operator, or break the cluster itself, while the others go on elsewhere. Where somebody gave us
/// one cluster for all (<c>TEST_KUBECONFIG</c>) it is that one, and such a story waits until it is alone there.
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

/// <summary>They come one by one.</summary>
[CollectionDefinition(Name)]
public sealed class Unsettled : ICollectionFixture<UnsettledCluster>
{
    public const string Name = "unsettled";
}
