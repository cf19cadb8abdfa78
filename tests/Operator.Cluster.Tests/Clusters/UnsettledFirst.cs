using Xunit.Sdk;
using Xunit.v3;

namespace Operator.Cluster.Tests;

/// <summary>The unsettled stories come one by one and so take longest: they begin first.</summary>
public sealed class UnsettledFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(c => c.TestCollectionDisplayName == Unsettled.Name)];
}
