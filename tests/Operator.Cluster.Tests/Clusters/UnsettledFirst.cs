using Xunit.Sdk;
using Xunit.v3;

namespace Operator.Cluster.Tests;

/// <summary>Starts the unsettled stories first: they run one after another and so take longest.</summary>
public sealed class UnsettledFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(c => c.TestCollectionDisplayName == Unsettled.Name)];
}
