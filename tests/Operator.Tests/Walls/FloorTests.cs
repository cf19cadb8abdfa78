using Operator.Planning;
using Operator.Testing;

namespace Operator.Tests.Walls;

/// <summary>The folders of planning are floors: a floor uses only the floors below it, so each can be read by itself.</summary>
public sealed class FloorTests
{
    private const string Guide = "docs/contributing.md";
    private const string Begin = "<!-- floors: drawn by FloorTests -->\n```text\n";
    private const string End = "```\n<!-- end of floors -->";

    public static TheoryData<string> Names => [.. Floors.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_floor_uses_only_those_before_it(string floor)
    {
        var below = Floors.All.TakeWhile(f => f.Name != floor).Select(f => f.Name).ToList();

        var above = Floors.Uses()[floor].Except(below).ToList();

        Assert.True(
            above.Count == 0,
            $"{floor} uses {string.Join(", ", above)}, which stands above it: pass the fact down from a step (decision 0026)"
        );
    }

    [Fact]
    public void Every_folder_is_a_floor_and_every_namespace_is_its_folder()
    {
        var root = Repository.PathOf("operator/Operator.Planning");
        var sources = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).ToList();

        Assert.True(sources.Count > 100, "the sources are there");
        Assert.All(
            sources,
            path =>
            {
                var folder = Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Replace('/', '.'); // files have one
                var ns = folder == "." ? "Operator.Planning" : $"Operator.Planning.{folder}";
                Assert.Contains($"namespace {ns};", File.ReadLines(path));
                Assert.True(
                    folder == "." || Floors.All.Any(f => f.Name == folder),
                    $"the folder {folder} is not in Floors.All"
                );
            }
        );
    }

    [Fact]
    public void Only_rollouts_use_the_judge_and_in_one_place()
    {
        var users = Floors.Uses().Where(u => u.Value.Contains("Judging")).Select(u => u.Key);
        var callers = typeof(Planner)
            .Assembly.GetTypes()
            .Where(t => Floors.FloorOf(t.Namespace) != "Judging")
            .Where(t => TypeUses.Of(t).Any(used => Floors.FloorOf(used.Namespace) == "Judging"))
            .Select(t => (t.DeclaringType ?? t).Name)
            .Distinct();

        Assert.Equal(["Rollouts"], users);
        Assert.Equal(["FirstRuns", "Trials"], callers.Order(StringComparer.Ordinal));
    }

    /// <summary>After a change of the floors, run this test once with UPDATE_DOCS=1 to draw the picture again.</summary>
    [Fact]
    public void The_picture_in_the_guide_is_drawn_from_these_rows()
    {
        var (path, picture) = (Path.Combine(Repository.Root, Guide), $"{Begin}{Floors.Picture()}{End}");
        var text = File.ReadAllText(path);
        var (from, until) = (
            text.IndexOf(Begin, StringComparison.Ordinal),
            text.IndexOf(End, StringComparison.Ordinal)
        );
        Assert.True(from >= 0 && until > from, $"{Guide} has the marks of the picture");

        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, $"{text[..from]}{picture}{text[(until + End.Length)..]}");
            return;
        }

        Assert.True(
            picture == text[from..(until + End.Length)],
            $"{Guide} is out of date: run this test with UPDATE_DOCS=1 to draw the picture again; it is\n{picture}"
        );
    }
}
