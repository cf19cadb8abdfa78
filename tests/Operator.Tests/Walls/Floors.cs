using System.Text;
using System.Text.RegularExpressions;
using Operator.Planning;
using Operator.Testing;

namespace Operator.Tests.Walls;

/// <summary>The floors of <c>Operator.Planning</c>: its folders, lowest first. Each floor uses only floors before it.</summary>
internal static partial class Floors
{
    private const string Root = "Operator.Planning";

    /// <summary>A folder and what it holds.</summary>
    public sealed record Floor(string Name, string Holds);

    public static IReadOnlyList<Floor> All { get; } =
    [
        new("Record", "data of all books, occasion ids, outcome letters"),
        new("Record.Encoding", "the record as parts of bytes"),
        new("Facts", "observation and sights, pods, reports, how a run ended"),
        new("Calendar", "schedules"),
        new("Marketplaces", "profiles of the marketplaces"),
        new("Quotas", "buckets, promises, corrections"),
        new("Stores", "roster, lists, suspensions, pauses, keys, holds"),
        new("Drafts", "the plan in the making"),
        new("Actions", "what people asked for"),
        new("Judging", "the judge"),
        new("Rollouts", "revisions, order, steps, attempts, arms, catch-ups"),
        new("Runs", "occasions, tries, chunks, isolation, misses, run planning"),
        new("Outcomes", "timelines, staleness, words for outcomes"),
        new("Steps", "adopt, take actions, fold, close, forget"),
        new("Output", "changes, pods, wake-up"),
        new("Telling", "statuses and conditions"),
        new("Explaining", "answers about single stores"),
    ];

    /// <summary>For each floor, the other floors that its compiled types and its <c>using</c> lines name.</summary>
    public static IReadOnlyDictionary<string, HashSet<string>> Uses()
    {
        var uses = All.ToDictionary(f => f.Name, _ => new HashSet<string>(StringComparer.Ordinal));
        foreach (var type in typeof(Planner).Assembly.GetTypes())
        {
            if (FloorOf(type.Namespace) is { } floor)
            {
                uses[floor].UnionWith(TypeUses.Of(type).Select(t => FloorOf(t.Namespace)).OfType<string>());
            }
        }
        foreach (var (floor, used) in uses)
        {
            used.UnionWith(UsingsOf(floor));
            used.Remove(floor);
        }
        return uses;
    }

    /// <summary>The floor of a namespace; null for the root, which uses all floors, and for namespaces outside planning.</summary>
    public static string? FloorOf(string? ns) =>
        All.LastOrDefault(f =>
            ns == $"{Root}.{f.Name}" || ns?.StartsWith($"{Root}.{f.Name}.", StringComparison.Ordinal) == true
        )?.Name;

    /// <summary>Compiled code does not show uses of constants, so the sources are read too.</summary>
    private static IEnumerable<string> UsingsOf(string floor) =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.PathOf($"operator/{Root}"), floor.Replace('.', '/')), "*.cs")
            .SelectMany(File.ReadLines)
            .Select(line => UsingOfFloor().Match(line))
            .Where(m => m.Success)
            .Select(m => m.Groups["floor"].Value);

    /// <summary>
    /// The floors as a table: a row for each floor, with a mark in the columns of the floors that it uses. All marks are below the diagonal.
    /// </summary>
    public static string Picture()
    {
        var (uses, width) = (Uses(), All.Max(f => f.Name.Length));
        var text = new StringBuilder();
        for (var i = 0; i < All.Count; i++)
        {
            text.Append(All[i].Name.PadRight(width + 2));
            for (var j = 0; j < i; j++)
            {
                text.Append(uses[All[i].Name].Contains(All[j].Name) ? "● " : "· ");
            }
            text.Append("■ ").Append(' ', 2 * (All.Count - i - 1)).Append(' ').AppendLine(All[i].Holds);
        }
        return text.ToString();
    }

    [GeneratedRegex(
        @"^using Operator\.Planning\.(?<floor>[\w.]+);",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex UsingOfFloor();
}
