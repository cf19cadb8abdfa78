namespace Operator.Testing;

/// <summary>The images of the example worker. <c>hack/images.sh</c> builds them.</summary>
public static class ExampleWorker
{
    public const string Good = "ghcr.io/marketplace-operator/example-sync-worker:1.0";
    public const string Better = "ghcr.io/marketplace-operator/example-sync-worker:1.1";

    /// <summary>Fails one item in five.</summary>
    public const string Bad = "ghcr.io/marketplace-operator/example-sync-worker:1.2";
}
