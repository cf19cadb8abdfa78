using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Our images, built by hack/images.sh. A ConfigMap in the cluster says which images were loaded.</summary>
internal sealed class Images(IClusterSource source, Kube kube)
{
    private const string Folder = "artifacts/images";
    private const string Marker = "e2e-loaded-images";

    /// <summary>The stamp of the operator's image, whose archive is named by registry, image and version.</summary>
    public static Task<string> StampOfOperatorAsync(CancellationToken ct) =>
        File.ReadAllTextAsync(
            Directory
                .GetFiles(Repository.PathOf(Folder), "ghcr.io_*_marketplace-operator_*.tar.stamp")
                .MaxBy(File.GetLastWriteTimeUtc)!, // hack/images.sh has built it
            ct
        );

    /// <summary>Builds changed images, unless hack/test.sh already did, and loads the images that the cluster lacks.</summary>
    public async Task ProvideAsync(CancellationToken ct)
    {
        if (Environment.GetEnvironmentVariable("IMAGES_ARE_BUILT") != "1")
        {
            (await Shell.RunAsync(Repository.PathOf("hack/images.sh"), [], ct)).OrThrow();
        }
        var loaded = await kube.FindAsync($"/api/v1/namespaces/default/configmaps/{Marker}", ct);
        var stamps = new List<string>();
        foreach (var archive in Directory.GetFiles(Repository.PathOf(Folder), "*.tar").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(archive);
            var stamp = (await File.ReadAllTextAsync($"{archive}.stamp", ct)).Trim();
            if (loaded?.Text("data", name) != stamp)
            {
                await source.LoadAsync(archive, ct);
            }
            stamps.Add($"  {name}: \"{stamp}\"");
        }
        await kube.ApplyAsync(
            "default",
            $"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {"{"}name: {Marker}{"}"}
            data:
            {string.Join('\n', stamps)}
            """,
            ct
        );
    }
}
