using System.Text;
using System.Text.RegularExpressions;
using Operator.Planning;
using Operator.Testing;

namespace Operator.Tests.Walls;

/// <summary>The floors of <c>Operator.Planning</c>: its folders, lowest first. Each floor uses only floors before it.</summary>
internal static partial class Floors
{
    public const string RootPlace = "the root";
    private const string Root = "Operator.Planning";

    /// <summary>A folder and what it holds.</summary>
    public sealed record Floor(string Name, string Holds);

    public static IReadOnlyList<Floor> All { get; } =
    [
        new("Record", "data of all books, occasion ids, outcome letters"),
        new("Record.Encoding", "the record as parts of bytes"),
        new("Facts", "observation, pods and their names, reports, how a run ended, reason words"),
        new("Calendar", "schedules, slots"),
        new("Marketplaces", "profiles of the marketplaces"),
        new("Quotas", "buckets, promises, corrections"),
        new("Stores", "roster, lists, suspensions, pauses, keys, holds"),
        new("Drafts", "the plan in the making"),
        new("Actions", "what people asked for"),
        new("Judging", "the verdict on a candidate"),
        new("Rollouts", "revisions, order, steps, attempts, roll back, arms, catch-ups"),
        new("Runs", "next slot, occasions, tries, chunks, isolation, why a sync was missed"),
        new("Outcomes", "timelines, staleness, words for outcomes"),
        new("Steps", "adopt, take actions, fold, close, forget"),
        new("Output", "changes, drafts of pods, wake-up"),
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
                uses[floor].UnionWith(TypeUses.Of(type).Select(PlaceOf).OfType<string>());
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

    /// <summary>The root stands above all floors: no floor may use it.</summary>
    private static string? PlaceOf(Type type) => FloorOf(type.Namespace) ?? (type.Namespace == Root ? RootPlace : null);

    /// <summary>
    /// Compiled code shows no use of a constant and no <c>nameof</c>, so the sources are read too: what they import, and types that
    /// they name after their floor, such as <c>Facts.Reasons</c>. Aliases and global imports can't be read, so they are refused.
    /// </summary>
    private static IEnumerable<string> UsingsOf(string floor)
    {
        var names = typeof(Planner)
            .Assembly.GetTypes()
            .Where(t => !t.IsNested && FloorOf(t.Namespace) is not null)
            .ToLookup(t => $"{FloorOf(t.Namespace)!.Split('.')[^1]}.{t.Name}", t => FloorOf(t.Namespace)!); // filtered
        var folder = Path.Combine(Repository.PathOf($"operator/{Root}"), floor.Replace('.', '/'));
        foreach (var line in Directory.EnumerateFiles(folder, "*.cs").SelectMany(File.ReadLines))
        {
            if (ImportOfFloor().Match(line) is { Success: true } import)
            {
                yield return FloorOf($"{Root}.{import.Groups["floor"].Value}") ?? line.Trim();
            }
            foreach (
                var named in QualifiedName().Matches(line).SelectMany(m => NamedBy(m.Value)).SelectMany(n => names[n])
            )
            {
                yield return named;
            }
        }
    }

    /// <summary>The floor and type that a qualified name can begin with, with or without our root before it.</summary>
    private static IEnumerable<string> NamedBy(string qualified)
    {
        var words = qualified.Split('.').SkipWhile(w => w is "Operator" or "Planning").ToList();
        // One floor is a folder of another: Record.Encoding.
        return words.Zip(words.Skip(1), (floor, type) => $"{floor}.{type}").Take(2);
    }

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
        @"^\s*(using (static )?Operator\.Planning\.(?<floor>[\w.]+);|(global )?using .*Operator\.Planning)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ImportOfFloor();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(\.[A-Z]\w*)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QualifiedName();
}
