using Operator.Cluster.Tests;

// All stories share one cluster with one operator, except stories that stop it. Each story has its own namespace.
[assembly: AssemblyFixture(typeof(TestCluster))]
[assembly: TestCollectionOrderer(typeof(UnsettledFirst))]
