using Operator.Cli.Linting;

namespace Operator.Api.Tests;

/// <summary>The rules alone accept good manifests and refuse bad ones, because a server may refuse less.</summary>
public sealed class ManifestTests
{
    private static readonly ManifestRules Rules = new(TimeSpan.FromSeconds(30));

    /// <summary>Examples run every few seconds for a demo, so their operator allows shorter intervals.</summary>
    private static readonly ManifestRules DemoRules = new(TimeSpan.FromSeconds(1));

    public static TheoryData<string> Bad => [.. ManifestSamples.BadFiles];

    [Theory]
    [MemberData(nameof(Bad))]
    public void Bad_input_is_refused_by_the_rules(string file)
    {
        var bad = ManifestSamples.ReadBad(file);

        var findings = Rules.Check(bad.Document).Select(f => f.ToString()).ToList();

        Assert.NotEmpty(findings);
        Assert.True(
            bad.IsRefusedByServer || findings.Any(f => f.Contains(bad.Expected, StringComparison.Ordinal)),
            string.Join('\n', findings)
        );
    }

    [Fact]
    public void Examples_are_fine()
    {
        var findings = ManifestSamples.GoodFiles.SelectMany(f =>
            ManifestSamples.OfOurKinds(f).SelectMany(d => DemoRules.Check(d).Select(finding => $"{f}: {finding}"))
        );

        Assert.Empty(findings);
    }
}
