using System.Text.Json;
using System.Text.RegularExpressions;

namespace Operator.Cli.Linting;

/// <summary>One document of a file, as JSON, and where its fields stand.</summary>
internal sealed partial record ManifestDocument
{
    /// <summary>Counted from 1 within the file.</summary>
    public required int Number { get; init; }
    public required JsonElement Root { get; init; }

    /// <summary>Line by path (<c>spec.flows[0].schedule</c>); the document's own is under the empty path.</summary>
    public required IReadOnlyDictionary<string, int> Lines { get; init; }

    public string ApiVersion => Text("apiVersion");
    public string Kind => Text("kind");

    public string Name =>
        Root.ValueKind == JsonValueKind.Object && Root.TryGetProperty("metadata", out var metadata)
            ? Text(metadata, "name")
            : "";

    /// <summary>The line of the field, or of the nearest field around it that is there.</summary>
    public int LineOf(string path)
    {
        while (path.Length > 0 && !Lines.ContainsKey(path))
        {
            path = LastSegment().Replace(path, "");
        }
        return Lines.GetValueOrDefault(path, 1);
    }

    private string Text(string field) => Text(Root, field);

    private static string Text(JsonElement owner, string field) =>
        owner.ValueKind == JsonValueKind.Object
        && owner.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    [GeneratedRegex(@"(^|\.)[^.\[\]]*\z|\[[^\[\]]*\]\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LastSegment();
}
