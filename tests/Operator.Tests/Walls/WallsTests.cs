using System.Xml.Linq;
using Operator.Testing;

namespace Operator.Tests.Walls;

/// <summary>Which project may reference which: the core has no I/O, the runtime has no domain.</summary>
public sealed class WallsTests
{
    [Theory]
    [InlineData("Operator.Api")]
    [InlineData("Operator.Planning", "Operator.Api")]
    [InlineData("Operator.Runtime")]
    [InlineData("Operator", "Operator.Api", "Operator.Planning", "Operator.Runtime")]
    [InlineData("Operator.Cli", "Operator.Api", "Operator.Planning", "Operator.Runtime")]
    public void A_project_references_only_what_its_wall_allows(string project, params string[] allowed)
    {
        Assert.Equal(
            allowed.Order(),
            References(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order()
        );
    }

    [Theory]
    [InlineData("Operator.Api", "FluentValidation", "YamlDotNet")]
    [InlineData("Operator.Planning", "Cronos")]
    public void The_core_depends_on_no_library_that_does_io(string project, params string[] libraries)
    {
        Assert.Equal(libraries, References(project, "PackageReference"));
        Assert.Empty(References(project, "FrameworkReference"));
    }

    [Fact]
    public void Planning_bans_clocks_randomness_io_tasks_and_logging()
    {
        var project = XDocument.Load(PathOf("Operator.Planning"));
        var banned = File.ReadAllText(Repository.PathOf("operator/Operator.Planning/BannedSymbols.txt"));

        Assert.Contains(
            project.Descendants("AdditionalFiles"),
            f => f.Attribute("Include")?.Value == "BannedSymbols.txt"
        );
        string[] symbols =
        [
            "T:System.TimeProvider",
            "T:System.Random",
            "T:System.Threading.Tasks.Task",
            "N:System.Net.Http",
            "T:System.IO.File",
            "N:Microsoft.Extensions.Logging",
        ];
        Assert.All(symbols, s => Assert.Contains(s + ";", banned, StringComparison.Ordinal));
    }

    private static List<string> References(string project, string kind) =>
        [.. XDocument.Load(PathOf(project)).Descendants(kind).Select(r => r.Attribute("Include")!.Value)]; // MSBuild requires it

    private static string PathOf(string project) => Repository.PathOf($"operator/{project}/{project}.csproj");
}
