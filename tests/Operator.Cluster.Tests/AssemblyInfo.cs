using Operator.Cluster.Tests;

// One cluster with one operator for all stories; each story has a namespace of its own.
[assembly: AssemblyFixture(typeof(TestCluster))]
