using Operator.Cluster.Tests;

// One cluster with one operator for all stories but those that stop it; each story has a namespace of its own.
[assembly: AssemblyFixture(typeof(TestCluster))]
[assembly: TestCollectionOrderer(typeof(UnsettledFirst))]
