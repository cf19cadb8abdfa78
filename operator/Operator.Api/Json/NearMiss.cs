namespace Operator.Api;

/// <summary>Finds the names that a misspelt name probably means.</summary>
public static class NearMiss
{
    private const int MostEdits = 2;

    /// <summary>The nearest name, when it is at most two edits away and at most half of its length; else null.</summary>
    public static string? Of(string text, IEnumerable<string> names)
    {
        var nearest = names.MinBy(name => Distance(text, name));
        return nearest is not null && Distance(text, nearest) <= Math.Min(MostEdits, nearest.Length / 2)
            ? nearest
            : null;
    }

    /// <summary>
    /// At most <paramref name="most"/> names, nearest first, that begin with the text or differ in at most a third of it.
    /// </summary>
    public static IReadOnlyList<string> All(string text, IEnumerable<string> names, int most) =>
        [
            .. names
                .Select(name => (name, away: Distance(text, name)))
                .Where(n =>
                    n.name.StartsWith(text, StringComparison.OrdinalIgnoreCase) || n.away <= (text.Length + 2) / 3
                )
                .OrderBy(n => n.away)
                .ThenBy(n => n.name, StringComparer.Ordinal)
                .Take(most)
                .Select(n => n.name),
        ];

    /// <summary>The Levenshtein distance, case ignored.</summary>
    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var isSame = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (isSame ? 0 : 1));
            }
            previous = current;
        }
        return previous[b.Length];
    }
}
