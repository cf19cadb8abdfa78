namespace Operator.Testing;

/// <summary>The example worker's images, built by hack/images.sh.</summary>
public static class ExampleWorker
{
    public const string Good = "localhost/example-sync-worker:1.0";
    public const string Better = "localhost/example-sync-worker:1.1";

    /// <summary>Mishandles one item in five.</summary>
    public const string Bad = "localhost/example-sync-worker:1.2";
}
