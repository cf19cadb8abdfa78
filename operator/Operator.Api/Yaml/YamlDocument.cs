using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Operator.Api;

/// <summary>One YAML document as JSON, with the line of each field.</summary>
public sealed partial record YamlDocument
{
    /// <summary>Counted from 1 within the file.</summary>
    public required int Number { get; init; }
    public required JsonElement Root { get; init; }

    /// <summary>Line by path (<c>spec.flows[0].schedule</c>); the empty path is the document itself.</summary>
    public required IReadOnlyDictionary<string, int> Lines { get; init; }

    /// <summary>The line of the field, or of the nearest existing parent.</summary>
    public int LineOf(string path)
    {
        while (path.Length > 0 && !Lines.ContainsKey(path))
        {
            path = LastSegment().Replace(path, "");
        }
        return Lines.GetValueOrDefault(path, 1);
    }

    /// <summary>The items of a list in this document, each as a document with the lines of its own fields.</summary>
    public IEnumerable<YamlDocument> ItemsOf(string field, JsonElement list)
    {
        var lines = new Dictionary<string, int>[list.GetArrayLength()];
        foreach (var (path, line) in Lines)
        {
            if (!path.StartsWith($"{field}[", StringComparison.Ordinal))
            {
                continue;
            }
            var end = path.IndexOf(']', StringComparison.Ordinal);
            var place = int.Parse(
                path.AsSpan((field.Length + 1)..end),
                NumberStyles.None,
                CultureInfo.InvariantCulture
            );
            (lines[place] ??= new Dictionary<string, int>(StringComparer.Ordinal))[path[(end + 1)..].TrimStart('.')] =
                line;
        }
        return list.EnumerateArray()
            .Select(
                (item, i) =>
                    new YamlDocument
                    {
                        Number = Number,
                        Root = item,
                        Lines = lines[i] ?? [],
                    }
            );
    }

    [GeneratedRegex(@"(^|\.)[^.\[\]]*\z|\[[^\[\]]*\]\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LastSegment();
}
