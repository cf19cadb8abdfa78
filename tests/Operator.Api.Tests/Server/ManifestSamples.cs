using Operator.Cli.Linting;
using Operator.Testing;

namespace Operator.Api.Tests;

/// <summary>Manifests in the repository: good examples for users, and bad ones that the server or the rules must refuse.</summary>
internal static class ManifestSamples
{
    public const string BadFolder = "tests/Operator.Api.Tests/BadInput";
    private const string Server = "# server: ";
    private const string Validator = "# validator: ";

    public static IEnumerable<string> BadFiles =>
        Repository.Files(BadFolder, "*.yaml").Select(f => Path.GetFileName(f));

    public static IEnumerable<string> GoodFiles =>
        Repository.Files("examples", "*.yaml").Where(f => OfOurKinds(f).Any());

    public static IEnumerable<ManifestDocument> OfOurKinds(string file) =>
        Manifests.Read(Repository.Read(file)).Where(ManifestRules.IsOurs);

    public static BadInput ReadBad(string file)
    {
        var text = Repository.Read($"{BadFolder}/{file}");
        var line = text.Split('\n')[0];
        var isServers = line.StartsWith(Server, StringComparison.Ordinal);
        if (!isServers && !line.StartsWith(Validator, StringComparison.Ordinal))
        {
            throw new FormatException(
                $"cannot read {file}: start it with '{Server}' or '{Validator}' and the expected message"
            );
        }
        var expected = line[(isServers ? Server : Validator).Length..];
        return new BadInput(isServers, expected, Assert.Single(Manifests.Read(text)));
    }
}

/// <summary>A bad object: whether the server refuses it first, and a part of the expected message.</summary>
internal sealed record BadInput(bool IsRefusedByServer, string Expected, ManifestDocument Document);
