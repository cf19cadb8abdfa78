using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Stores;

namespace Operator.Cli.Linting;

/// <summary>
/// The store lists among the given manifests, read as the operator reads them: by label and key. A ConfigMap that is not among the
/// manifests may be in the cluster, so nothing is said about it.
/// </summary>
internal sealed class StoreListManifests(ImmutableArray<ManifestDocument> documents)
{
    private readonly ImmutableArray<StoreSourceOf> _sources =
    [
        .. documents
            .Where(d => d.Kind == ApiGroup.ConnectorKind)
            .SelectMany(d => SourcesOf(d).Select(key => new StoreSourceOf(d, key))),
    ];

    private sealed record StoreSourceOf(ManifestDocument Connector, KeySelector Key);

    /// <summary>A ConfigMap that has the label, or that a connector among the manifests names.</summary>
    public bool IsStoreList(ManifestDocument document) =>
        IsConfigMap(document) && (IsLabelled(document) || _sources.Any(s => IsNamed(s, document)));

    /// <summary>The faults of the ConfigMap's lists: of the keys that the connectors name, or else of all its keys.</summary>
    public IEnumerable<Finding> CheckLists(ManifestDocument configMap)
    {
        var named = _sources.Where(s => IsNamed(s, configMap)).Select(s => s.Key.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, value) in Entries(configMap, "data").Where(e => named.Count == 0 || named.Contains(e.Key)))
        {
            var problem =
                value.ValueKind == JsonValueKind.String
                    ? ProblemOf(StoreList.Read(value.GetString() ?? ""))
                    : "must be a text; write | after the key, and the list below it";
            if (problem is not null)
            {
                yield return new Finding($"data.{key}", problem);
            }
        }
        foreach (var (key, _) in Entries(configMap, "binaryData").Where(_ => named.Count == 0))
        {
            yield return new Finding($"binaryData.{key}", StoreListProblems.NoText(key, isBinary: true));
        }
    }

    /// <summary>The faults of the connector's <c>spec.storesFrom</c>. The content of a list is checked with its ConfigMap.</summary>
    public IEnumerable<Finding> CheckSources(ManifestDocument connector, ConnectorSpec spec)
    {
        for (var i = 0; i < spec.StoresFrom.Length; i++)
        {
            if (spec.StoresFrom[i].ConfigMapKeyRef is not { } key || Find(connector, key.Name) is not { } configMap)
            {
                continue;
            }
            var text = TextOf(configMap, key.Key);
            if (Missing(configMap, key.Key, text) is { } problem)
            {
                yield return new Finding(
                    $"spec.storesFrom[{i}].configMapKeyRef",
                    $"ConfigMap {key.Name}/{key.Key}: {problem}"
                );
            }
        }
        foreach (var problem in StoreListProblems.Together(spec, ListsOf(connector, spec)))
        {
            yield return new Finding("spec.storesFrom", problem);
        }
    }

    /// <summary>The connector's lists that are among the manifests and have no fault.</summary>
    public ImmutableArray<StoreListSight> ListsOf(ManifestDocument connector, ConnectorSpec spec)
    {
        var sights = ImmutableArray.CreateBuilder<StoreListSight>();
        foreach (var key in spec.StoresFrom.Select(s => s.ConfigMapKeyRef).OfType<KeySelector>())
        {
            if (
                Find(connector, key.Name) is { } configMap
                && TextOf(configMap, key.Key) is { ValueKind: JsonValueKind.String } text
                && Missing(configMap, key.Key, text) is null
                && StoreList.Read(text.GetString() ?? "") is { Problem: null } list
            )
            {
                sights.Add(new StoreListSight { Source = $"{key.Name}/{key.Key}", Stores = list.Stores });
            }
        }
        return sights.ToImmutable();
    }

    private static string? ProblemOf(StoreList list) => list.Problem ?? list.WrongBecause;

    private static JsonElement TextOf(ManifestDocument configMap, string key) =>
        Entries(configMap, "data").Where(e => e.Key == key).Select(e => e.Value).FirstOrDefault();

    private static string? Missing(ManifestDocument configMap, string key, JsonElement text) =>
        !IsLabelled(configMap) ? StoreListProblems.NotThere
        : text.ValueKind == JsonValueKind.Undefined
            ? StoreListProblems.NoText(key, Entries(configMap, "binaryData").Any(e => e.Key == key))
        : null;

    private ManifestDocument? Find(ManifestDocument connector, string name) =>
        documents.FirstOrDefault(d => IsConfigMap(d) && d.Name == name && IsTogether(d, connector));

    private static bool IsNamed(StoreSourceOf source, ManifestDocument configMap) =>
        source.Key.Name == configMap.Name && IsTogether(source.Connector, configMap);

    /// <summary>A manifest without a namespace goes where kubectl is told to put it.</summary>
    public static bool IsTogether(ManifestDocument a, ManifestDocument b) =>
        a.Namespace.Length == 0 || b.Namespace.Length == 0 || a.Namespace == b.Namespace;

    private static bool IsConfigMap(ManifestDocument document) =>
        document is { Kind: "ConfigMap", ApiVersion: "v1", Root.ValueKind: JsonValueKind.Object };

    private static bool IsLabelled(ManifestDocument configMap) =>
        configMap.Root.TryGetProperty("metadata", out var metadata)
        && Entries(metadata, "labels")
            .Any(l =>
                l.Key == ApiGroup.StoresLabel
                && l.Value.ValueKind == JsonValueKind.String
                && l.Value.ValueEquals("true")
            );

    private static IEnumerable<KeySelector> SourcesOf(ManifestDocument connector) =>
        connector.Root.TryGetProperty("spec", out var spec)
        && spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty("storesFrom", out var sources)
        && sources.ValueKind == JsonValueKind.Array
            ? sources.EnumerateArray().Select(s => Entries(s, "configMapKeyRef").ToList()).Select(KeyOf)
            : [];

    private static KeySelector KeyOf(List<KeyValuePair<string, JsonElement>> fields) =>
        new() { Name = Text(fields, "name"), Key = Text(fields, "key") };

    private static string Text(List<KeyValuePair<string, JsonElement>> fields, string name) =>
        fields.Find(f => f.Key == name).Value is { ValueKind: JsonValueKind.String } text ? text.GetString() ?? "" : "";

    private static IEnumerable<KeyValuePair<string, JsonElement>> Entries(ManifestDocument document, string section) =>
        Entries(document.Root, section);

    private static IEnumerable<KeyValuePair<string, JsonElement>> Entries(JsonElement owner, string section) =>
        owner.ValueKind == JsonValueKind.Object
        && owner.TryGetProperty(section, out var fields)
        && fields.ValueKind == JsonValueKind.Object
            ? fields
                .EnumerateObject()
                .Where(f => f.Value.ValueKind != JsonValueKind.Null)
                .Select(f => KeyValuePair.Create(f.Name, f.Value))
            : [];
}
