using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>
/// JSON merge patches (RFC 7396) of a status. A patch leaves the owners of all other fields as they are: the server takes a
/// replacement without a spec for one that gives up every field of the spec.
/// </summary>
public static class MergePatch
{
    /// <summary>
    /// The patch that turns the status that was read into the new one, for exactly the version that was read. A field that only the old
    /// status has is set to null, which removes it. In both, a field with the value null counts as absent, and so does an empty text: Kubernetes
    /// 1.20 takes it for null, and refuses the patch where the schema wants a text. In lists, a field that is empty in the old list stays: another
    /// writer may have set it, where the schema wants the field.
    /// </summary>
    public static ReadOnlyMemory<byte> OfStatus(
        string uid,
        string resourceVersion,
        JsonElement before,
        JsonElement after
    ) =>
        JsonParts.Write(json =>
        {
            json.WriteObject(
                "metadata",
                () =>
                {
                    json.WriteString("uid", uid);
                    json.WriteString("resourceVersion", resourceVersion);
                }
            );
            json.WriteObject("status", () => WriteDifference(json, before, after));
        });

    /// <summary>Writes the fields of the patch. <paramref name="after"/> is an object.</summary>
    private static void WriteDifference(Utf8JsonWriter json, JsonElement before, JsonElement after)
    {
        foreach (var field in Fields(after))
        {
            var old = FieldOf(before, field.Name);
            if (old is { } present && JsonElement.DeepEquals(present, field.Value))
            {
                continue;
            }
            if (field.Value.ValueKind == JsonValueKind.Object)
            {
                json.WriteObject(field.Name, () => WriteDifference(json, old ?? default, field.Value));
            }
            else
            {
                json.WritePropertyName(field.Name);
                WriteValue(json, field.Value, EmptyIn(old));
            }
        }
        foreach (var field in Fields(before).Where(f => FieldOf(after, f.Name) is null))
        {
            json.WriteNull(field.Name);
        }
    }

    /// <summary>The fields with an empty text in the items of a list.</summary>
    private static ImmutableHashSet<string> EmptyIn(JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } old
            ?
            [
                .. old.EnumerateArray()
                    .Where(i => i.ValueKind == JsonValueKind.Object)
                    .SelectMany(i => i.EnumerateObject())
                    .Where(f => IsEmptyText(f.Value))
                    .Select(f => f.Name),
            ]
            : [];

    private static void WriteValue(Utf8JsonWriter json, JsonElement value, ImmutableHashSet<string> kept)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (
                    var field in value.EnumerateObject().Where(f => !IsEmptyText(f.Value) || kept.Contains(f.Name))
                )
                {
                    json.WritePropertyName(field.Name);
                    WriteValue(json, field.Value, kept);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    WriteValue(json, item, kept);
                }
                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static IEnumerable<JsonProperty> Fields(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object ? item.EnumerateObject().Where(f => !IsAbsent(f.Value)) : [];

    private static JsonElement? FieldOf(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && !IsAbsent(value)
            ? value
            : null;

    private static bool IsAbsent(JsonElement value) => value.ValueKind == JsonValueKind.Null || IsEmptyText(value);

    private static bool IsEmptyText(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.ValueEquals("");
}
