using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>The ConfigMaps and Secrets that a pod needs to start: all that are not marked optional.</summary>
internal static class PodNeeds
{
    /// <summary>Why a volume cannot be mounted; null: all can be mounted.</summary>
    public static string? MissingVolume(JsonObject spec, string ns, ObjectStore store) =>
        Items(spec, "volumes")
            .SelectMany(Sources)
            .Select(s => Missing(s, ns, store))
            .FirstOrDefault(why => why is not null);

    /// <summary>Why the environment cannot be set; null: it can be set.</summary>
    public static string? MissingVariable(JsonObject spec, string ns, ObjectStore store) =>
        Items(spec, "containers")
            .SelectMany(Variables)
            .Select(s => Missing(s, ns, store))
            .FirstOrDefault(why => why is not null);

    private sealed record Source(ResourceType Type, string Name, bool IsOptional, IEnumerable<string> Keys);

    private static IEnumerable<Source> Sources(JsonNode volume) =>
        new[]
        {
            SourceOf(ResourceKinds.ConfigMaps.Type, volume["configMap"], "name"),
            SourceOf(ResourceKinds.Secrets.Type, volume["secret"], "secretName"),
        }
            .OfType<Source>()
            .Concat(
                Items(volume["projected"], "sources")
                    .SelectMany(projected =>
                        new[]
                        {
                            SourceOf(ResourceKinds.ConfigMaps.Type, projected["configMap"], "name"),
                            SourceOf(ResourceKinds.Secrets.Type, projected["secret"], "name"),
                        }.OfType<Source>()
                    )
            );

    private static IEnumerable<Source> Variables(JsonNode container) =>
        Items(container, "env")
            .Select(v => v["valueFrom"])
            .SelectMany(from =>
                new[]
                {
                    KeyOf(ResourceKinds.ConfigMaps.Type, from?["configMapKeyRef"]),
                    KeyOf(ResourceKinds.Secrets.Type, from?["secretKeyRef"]),
                }
            )
            .Concat(
                Items(container, "envFrom")
                    .SelectMany(from =>
                        new[]
                        {
                            SourceOf(ResourceKinds.ConfigMaps.Type, from["configMapRef"], "name"),
                            SourceOf(ResourceKinds.Secrets.Type, from["secretRef"], "name"),
                        }
                    )
            )
            .OfType<Source>();

    private static Source? SourceOf(ResourceType type, JsonNode? source, string nameField) =>
        source is null
            ? null
            : new Source(
                type,
                source.Text(nameField) ?? "",
                IsOptional(source),
                Items(source, "items").Select(i => i.Text("key") ?? "")
            );

    private static Source? KeyOf(ResourceType type, JsonNode? reference) =>
        reference is null
            ? null
            : new Source(type, reference.Text("name") ?? "", IsOptional(reference), [reference.Text("key") ?? ""]);

    private static string? Missing(Source source, string ns, ObjectStore store)
    {
        if (source.IsOptional)
        {
            return null;
        }
        var kind = source.Type.Plural.TrimEnd('s');
        if (store.Find(source.Type, new ObjectKey(ns, source.Name)) is not { } found)
        {
            return $"{kind} \"{source.Name}\" not found";
        }
        var item = found.Thaw();
        return source.Keys.FirstOrDefault(k => item["data"]?[k] is null && item["binaryData"]?[k] is null) is { } key
            ? $"couldn't find key {key} in {kind} {ns}/{source.Name}"
            : null;
    }

    private static bool IsOptional(JsonNode source) => source["optional"]?.GetValue<bool>() == true;

    private static IEnumerable<JsonNode> Items(JsonNode? parent, string name) =>
        parent?[name] is JsonArray items ? items.OfType<JsonNode>() : [];
}
