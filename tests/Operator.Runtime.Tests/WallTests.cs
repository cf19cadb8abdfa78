using System.Text.RegularExpressions;
using Operator.Testing;

namespace Operator.Runtime.Tests;

/// <summary>Another project can use the runtime: it has no reference to our projects and no word of our domain.</summary>
public sealed partial class WallTests
{
    [Fact]
    public void It_references_no_project_of_ours()
    {
        var ours = typeof(IKubeApi)
            .Assembly.GetReferencedAssemblies()
            .Where(a => a.Name?.StartsWith("Operator", StringComparison.OrdinalIgnoreCase) == true);

        Assert.Empty(ours);
        Assert.DoesNotContain(
            "ProjectReference",
            File.ReadAllText(Path.Combine(Repository.PathOf("operator/Operator.Runtime"), "Operator.Runtime.csproj")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void It_has_no_word_of_our_domain()
    {
        var sources = Directory
            .EnumerateFiles(Repository.PathOf("operator/Operator.Runtime"), "*.cs", SearchOption.AllDirectories)
            .ToList();
        Assert.NotEmpty(sources);

        var found = sources.SelectMany(path =>
            File.ReadLines(path)
                .Select((line, i) => (Place: $"{Path.GetFileName(path)}:{i + 1}", Match: DomainWord().Match(line)))
                .Where(l => l.Match.Success)
                .Select(l => $"{l.Place} {l.Match.Value}")
        );

        Assert.Empty(found);
    }

    /// <summary>In the runtime "order" is a sequence and "store" keeps records; only their plurals are domain words.</summary>
    [GeneratedRegex(
        "marketplace|connector|rollout|seller|cohort|candidate|amazon|shopee|lazada|ebay|walmart|inventory|syncpod|syncaction|\\b(?:stores|orders|prices|listings|flows?|revisions?)\\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex DomainWord();
}
