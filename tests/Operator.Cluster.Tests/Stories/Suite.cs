namespace Operator.Cluster.Tests;

/// <summary>
/// Which command runs a story. <c>make test</c> runs one story for each kind of behaviour; a story with the trait
/// <see cref="Stories"/> is a further case of a kind and runs in <c>make stories</c>.
/// </summary>
internal static class Suite
{
    public const string Name = "Suite";
    public const string Stories = "Stories";
}
