using System.Text;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>Reads a Status object; any other answer is its own message.</summary>
internal static class KubeStatus
{
    private const int MaxMessageLength = 1000;

    public static (string Reason, string Message) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return (Text(document.RootElement, "reason"), Text(document.RootElement, "message"));
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body.Span);
            return ("", text.Length > MaxMessageLength ? text[..MaxMessageLength] : text);
        }
    }

    private static string Text(JsonElement status, string name) =>
        status.ValueKind == JsonValueKind.Object
        && status.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? ""
            : "";
}

/// <summary>Reads one line of a watch. A line that is no JSON is a broken stream: it throws.</summary>
internal static class WatchLine
{
    public static WatchEvent Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var kind = root.GetProperty("type").GetString() switch
        {
            "ADDED" => WatchKind.Added,
            "MODIFIED" => WatchKind.Modified,
            "DELETED" => WatchKind.Deleted,
            "BOOKMARK" => WatchKind.Bookmark,
            _ => WatchKind.Error,
        };
        return new WatchEvent(kind, root.GetProperty("object").Clone());
    }
}
