using System.Text.Json;
using Operator.Api;

namespace Operator.Cli.Linting;

/// <summary>One document of a file as a manifest: its kind and name, and the lines of its fields.</summary>
internal sealed record ManifestDocument(YamlDocument Yaml)
{
    /// <summary>Number of the document in the file, from 1.</summary>
    public int Number => Yaml.Number;
    public JsonElement Root => Yaml.Root;

    public string ApiVersion => Text(Root, "apiVersion");
    public string Kind => Text(Root, "kind");

    public string Name => Metadata("name");

    /// <summary>Empty when the manifest has none.</summary>
    public string Namespace => Metadata("namespace");

    /// <summary>
    /// The objects of a file in order; see <see cref="YamlReader"/>. Of a list, such as <c>kubectl get -o yaml</c> writes, its items:
    /// kubectl applies them.
    /// </summary>
    public static IEnumerable<ManifestDocument> ReadAll(TextReader text) =>
        new YamlReader(text).Read().SelectMany(Unpacked).Select(yaml => new ManifestDocument(yaml));

    private static IEnumerable<YamlDocument> Unpacked(YamlDocument yaml) =>
        Text(yaml.Root, "kind").EndsWith("List", StringComparison.Ordinal)
        && yaml.Root.TryGetProperty("items", out var items)
        && items.ValueKind == JsonValueKind.Array
            ? yaml.ItemsOf("items", items).SelectMany(Unpacked)
            : [yaml];

    public int LineOf(string path) => Yaml.LineOf(path);

    private string Metadata(string field) =>
        Root.ValueKind == JsonValueKind.Object && Root.TryGetProperty("metadata", out var metadata)
            ? Text(metadata, field)
            : "";

    private static string Text(JsonElement owner, string field) =>
        owner.ValueKind == JsonValueKind.Object
        && owner.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
