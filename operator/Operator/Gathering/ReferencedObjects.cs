using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>The ConfigMap keys that a connector's env and caBundle refer to, as read live.</summary>
/// <param name="Values">The values for env by <c>name/key</c>; null: the ConfigMap or the key is missing.</param>
/// <param name="Problems">With any of these no run is planned, because no pod could start.</param>
internal sealed record ReferencedConfigMaps(
    ImmutableSortedDictionary<string, string?> Values,
    ImmutableArray<string> Problems
)
{
    public static ReferencedConfigMaps Of(
        ImmutableArray<KeySelector> keys,
        KeySelector? bundle,
        Func<string, KubeObject?> configMap
    ) =>
        new(
            keys.ToImmutableSortedDictionary(
                RevisionContent.KeyOf,
                k => Field(configMap(k.Name), "data", k.Key)?.GetString(),
                StringComparer.Ordinal
            ),
            bundle is null || HasFile(configMap(bundle.Name), bundle.Key)
                ? []
                :
                [
                    $"spec.sync.caBundle: ConfigMap key '{RevisionContent.KeyOf(bundle)}' does not exist; create it or remove caBundle",
                ]
        );

    private static bool HasFile(KubeObject? configMap, string key) =>
        Field(configMap, "data", key) is not null || Field(configMap, "binaryData", key) is not null;

    private static JsonElement? Field(KubeObject? configMap, string section, string key) =>
        configMap is not null
        && configMap.Json.TryGetProperty(section, out var fields)
        && fields.ValueKind == JsonValueKind.Object
        && fields.TryGetProperty(key, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value
            : null;
}
