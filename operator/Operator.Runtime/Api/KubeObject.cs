using System.Globalization;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>One object as the API server sent it, with properties for its metadata.</summary>
public sealed class KubeObject(JsonElement json)
{
    public JsonElement Json { get; } = json;
    public string Name => Text("name");
    public string Namespace => Text("namespace");
    public string Uid => Text("uid");
    public string ResourceVersion => Text("resourceVersion");
    public ObjectKey Key => new(Namespace, Name);

    /// <summary>For a list: the token of the next page; empty on the last page.</summary>
    internal string Continue => Text("continue");
    public DateTimeOffset? CreationTimestamp => Time("creationTimestamp");
    public DateTimeOffset? DeletionTimestamp => Time("deletionTimestamp");

    public string? Label(string name) => Entry("labels", name);

    public string? Annotation(string name) => Entry("annotations", name);

    /// <summary>
    /// Returns a copy for a cache: it does not keep a list page in memory, and it leaves out <c>metadata.managedFields</c>, which
    /// may be larger than the rest of the object.
    /// </summary>
    public KubeObject Trimmed()
    {
        if (Json.ValueKind != JsonValueKind.Object)
        {
            return new KubeObject(Json.Clone());
        }
        return new KubeObject(JsonElement.Parse(TrimmedBytes().Span));
    }

    /// <summary>The bytes of <see cref="Trimmed"/>.</summary>
    public ReadOnlyMemory<byte> TrimmedBytes() => JsonParts.Write(json => WriteTrimmed(json, Json));

    private static void WriteTrimmed(Utf8JsonWriter json, JsonElement item)
    {
        foreach (var property in item.EnumerateObject())
        {
            if (property.NameEquals("metadata") && property.Value.ValueKind == JsonValueKind.Object)
            {
                json.WriteObject(property.Name, () => WriteFields(json, property.Value));
            }
            else
            {
                property.WriteTo(json);
            }
        }
    }

    private static void WriteFields(Utf8JsonWriter json, JsonElement metadata)
    {
        foreach (var field in metadata.EnumerateObject().Where(f => !f.NameEquals("managedFields")))
        {
            field.WriteTo(json);
        }
    }

    private JsonElement? Metadata(string name) =>
        Json.ValueKind == JsonValueKind.Object
        && Json.TryGetProperty("metadata", out var metadata)
        && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty(name, out var value)
            ? value
            : null;

    private string Text(string name) =>
        Metadata(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() ?? "" : "";

    private string? Entry(string map, string name) =>
        Metadata(map) is { ValueKind: JsonValueKind.Object } entries
        && entries.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null;
}
