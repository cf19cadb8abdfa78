namespace Operator.Cluster.Tests;

/// <summary>Stories that stop the operator itself would disturb the others: they come last and one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
