using System.Globalization;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>One object as the API server sent it, with shortcuts to its metadata.</summary>
public sealed class KubeObject(JsonElement json)
{
    public JsonElement Json { get; } = json;
    public string Name => Text("name");
    public string Namespace => Text("namespace");
    public string Uid => Text("uid");
    public string ResourceVersion => Text("resourceVersion");
    public ObjectKey Key => new(Namespace, Name);
    public DateTimeOffset? CreationTimestamp => Time("creationTimestamp");
    public DateTimeOffset? DeletionTimestamp => Time("deletionTimestamp");

    public string? Label(string name) => Entry("labels", name);

    public string? Annotation(string name) => Entry("annotations", name);

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
        DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
