using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>One stored version of one object. Immutable.</summary>
internal sealed class StoredObject
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private JsonElement? _listItem;

    private StoredObject(ResourceKind kind, long version, JsonElement json, bool hasUnstoredDefaults)
    {
        HasUnstoredDefaults = hasUnstoredDefaults;
        Kind = kind;
        Version = version;
        Json = json;
        var item = new KubeObject(json);
        Key = item.Key;
        Uid = item.Uid;
        DeletionTimestamp = item.DeletionTimestamp;
        var metadata = json.GetProperty("metadata");
        Labels = LabelsOf(metadata);
        Owners = OwnersOf(metadata);
        HasFinalizers = metadata.TryGetProperty("finalizers", out var finalizers) && finalizers.GetArrayLength() > 0;
    }

    public ResourceKind Kind { get; }
    public ObjectKey Key { get; }
    public string Uid { get; }
    public long Version { get; }
    public JsonElement Json { get; }
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>The UIDs of its ownerReferences.</summary>
    public ImmutableArray<string> Owners { get; }
    public DateTimeOffset? DeletionTimestamp { get; }
    public bool HasFinalizers { get; }

    /// <summary>The object as a list item. Items of built-in kinds have no kind and apiVersion.</summary>
    public JsonElement ListItem => Kind.IsCustom ? Json : _listItem ??= WithoutKind();

    /// <summary>
    /// The shown status is the schema's default and is not stored. The next replacement stores it, so even a replacement by an
    /// equal object is a change.
    /// </summary>
    public bool HasUnstoredDefaults { get; }

    public static StoredObject Freeze(
        ResourceKind kind,
        JsonObject item,
        long version,
        bool hasUnstoredDefaults = false
    )
    {
        item["metadata"]!["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture); // every stored object has metadata
        return new StoredObject(kind, version, JsonSerializer.SerializeToElement(item), hasUnstoredDefaults);
    }

    /// <summary>A mutable copy.</summary>
    public JsonObject Thaw() => Json.ToNode();

    public StoredObject At(long version) => Freeze(Kind, Thaw(), version, HasUnstoredDefaults);

    private JsonElement WithoutKind()
    {
        var item = Thaw();
        item.Remove("kind");
        item.Remove("apiVersion");
        return JsonSerializer.SerializeToElement(item);
    }

    private static Dictionary<string, string> LabelsOf(JsonElement metadata) =>
        metadata.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Object
            ? labels.EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString() ?? "")
            : NoLabels;

    private static ImmutableArray<string> OwnersOf(JsonElement metadata) =>
        metadata.TryGetProperty("ownerReferences", out var owners) && owners.ValueKind == JsonValueKind.Array
            ? [.. owners.EnumerateArray().Select(o => o.GetProperty("uid").GetString() ?? "")]
            : [];
}
