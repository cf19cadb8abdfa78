using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>One version of one object, as it is stored. Never changes.</summary>
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

    /// <summary>As it is in lists: those of Kubernetes' own kinds name kind and version once, not in each item.</summary>
    public JsonElement ListItem => Kind.IsCustom ? Json : _listItem ??= WithoutKind();

    /// <summary>
    /// The status that it shows is the schema's default, and stored nowhere: the next replacement stores it, and so is a change
    /// even when it is of an equal object.
    /// </summary>
    public bool HasUnstoredDefaults { get; }

    public static StoredObject Freeze(
        ResourceKind kind,
        JsonObject item,
        long version,
        bool hasUnstoredDefaults = false
    )
    {
        item["metadata"]!["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture); // writes checked that it is there
        return new StoredObject(kind, version, JsonSerializer.SerializeToElement(item), hasUnstoredDefaults);
    }

    /// <summary>A copy to change.</summary>
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
