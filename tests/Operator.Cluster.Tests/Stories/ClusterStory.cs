namespace Operator.Cluster.Tests;

/// <summary>One story per test, in its own namespace. A failed story writes its whole state; then the namespace is deleted.</summary>
public abstract class ClusterStory(TestCluster cluster, string name) : IAsyncLifetime
{
    private Story? _story;

    internal TestCluster Cluster => cluster;
    internal Story Story => _story ?? throw new InvalidOperationException("the story has not begun");
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Whether the story disturbs all other stories on its cluster, so it must run alone.</summary>
    protected virtual bool IsAlone => false;

    public virtual async ValueTask InitializeAsync() => _story = await Story.BeginAsync(cluster, name, Ct, IsAlone);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_story is null)
        {
            return;
        }
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(await _story.DescribeAsync(CancellationToken.None)); // the test is over
        }
        await _story.DisposeAsync();
    }
}

/// <summary>A story that stops the operator or breaks the cluster.</summary>
public abstract class UnsettlingStory(UnsettledCluster cluster, string name) : ClusterStory(cluster.Cluster, name)
{
    protected sealed override bool IsAlone => true;
}
