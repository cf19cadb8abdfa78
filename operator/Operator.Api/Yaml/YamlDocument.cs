using System.Text.Json;
using System.Text.RegularExpressions;

namespace Operator.Api;

/// <summary>One YAML document, as JSON, and where its fields stand.</summary>
public sealed partial record YamlDocument
{
    /// <summary>Counted from 1 within the file.</summary>
    public required int Number { get; init; }
    public required JsonElement Root { get; init; }

    /// <summary>Line by path (<c>spec.flows[0].schedule</c>); the document's own is under the empty path.</summary>
    public required IReadOnlyDictionary<string, int> Lines { get; init; }

    /// <summary>The line of the field, or of the nearest field around it that is there.</summary>
    public int LineOf(string path)
    {
        while (path.Length > 0 && !Lines.ContainsKey(path))
        {
            path = LastSegment().Replace(path, "");
        }
        return Lines.GetValueOrDefault(path, 1);
    }

    [GeneratedRegex(@"(^|\.)[^.\[\]]*\z|\[[^\[\]]*\]\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LastSegment();
}
