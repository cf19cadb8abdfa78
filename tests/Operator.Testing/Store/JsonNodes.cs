using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Operator.Testing;

/// <summary>Reads and changes the JSON of Kubernetes objects.</summary>
internal static class JsonNodes
{
    public static JsonObject ToNode(this JsonElement json) => JsonNode.Parse(json.GetRawText())!.AsObject(); // objects only

    /// <summary>One field of a section, read without parsing the others; null when absent.</summary>
    public static JsonElement? Field(this JsonElement json, string section, string name) =>
        json.TryGetProperty(section, out var fields)
        && fields.ValueKind == JsonValueKind.Object
        && fields.TryGetProperty(name, out var value)
            ? value
            : null;

    /// <summary>The object with this name, created if missing.</summary>
    public static JsonObject Section(this JsonObject item, string name)
    {
        if (item[name] is JsonObject present)
        {
            return present;
        }
        var made = new JsonObject();
        item[name] = made;
        return made;
    }

    public static string? Text(this JsonNode? item, string name) =>
        item is JsonObject o && o[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Copies a field from another object. An absent field is removed.</summary>
    public static void Take(this JsonObject item, string name, JsonObject? from)
    {
        if (from?[name] is { } value)
        {
            item[name] = value.DeepClone();
        }
        else
        {
            item.Remove(name);
        }
    }

    /// <summary>Applies a JSON merge patch (RFC 7396): null removes a field, an object is merged, anything else replaces the field.</summary>
    public static void Merge(JsonObject item, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    item.Remove(name);
                    break;
                case JsonObject fields:
                    Merge(item.Section(name), fields);
                    break;
                default:
                    item[name] = value.DeepClone();
                    break;
            }
        }
    }

    /// <summary>The format of metav1.Time: whole seconds, UTC.</summary>
    public static string Seconds(this DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
