using Operator.Cli.Linting;

namespace Operator.Api.Tests;

/// <summary>Reads YAML documents as <c>lint</c> does.</summary>
internal static class Manifests
{
    public static IReadOnlyList<ManifestDocument> Read(string yaml) =>
        [.. ManifestDocument.ReadAll(new StringReader(yaml))];
}
