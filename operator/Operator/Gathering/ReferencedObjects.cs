using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>What the objects say that a connector's spec refers to, as read live.</summary>
/// <param name="Values">The values for env by <c>name/key</c>; null: the ConfigMap or the key is missing, or unread.</param>
/// <param name="Problems">With any of these no run is planned, because no pod could start, or none may.</param>
/// <param name="Unread">Objects of which it is unknown what they say.</param>
internal sealed record ReferencedObjects(
    ImmutableSortedDictionary<string, string?> Values,
    ImmutableArray<string> Problems,
    ImmutableArray<UnreadReference> Unread
)
{
    /// <summary>The ConfigMap keys that env and caBundle refer to.</summary>
    public static ReferencedObjects OfConfigMaps(
        ImmutableArray<KeySelector> keys,
        KeySelector? bundle,
        ImmutableSortedDictionary<string, ReadAnswer> configMaps
    ) =>
        new(
            keys.ToImmutableSortedDictionary(
                RevisionContent.KeyOf,
                k => Field(configMaps[k.Name].Object, "data", k.Key)?.GetString(),
                StringComparer.Ordinal
            ),
            // The kubelet reads the bundle, so runs may start although we can't see it.
            bundle is null
            || configMaps[bundle.Name] is { Unread: not null }
            || HasFile(configMaps[bundle.Name], bundle)
                ? []
                :
                [
                    $"spec.sync.caBundle: ConfigMap key '{RevisionContent.KeyOf(bundle)}' does not exist; create it or remove caBundle",
                ],
            [
                .. configMaps
                    .Where(c => c.Value.Unread is not null)
                    .Select(c => new UnreadReference("ConfigMap", c.Key, c.Value.Unread!) // filtered
                    {
                        IsContent = keys.Any(k => k.Name == c.Key),
                    }),
            ]
        );

    /// <summary>The ServiceAccounts of the pods. <paramref name="own"/> is the one that the spec names.</summary>
    public ReferencedObjects WithAccounts(ImmutableSortedDictionary<string, ReadAnswer> accounts, string? own) =>
        this with
        {
            Problems = Problems.AddRange(
                accounts
                    .Where(a => a.Value.Unread is null)
                    .Select(a => ServiceAccounts.Problem(a.Key, SightOf(a.Value.Object)))
                    .OfType<string>()
            ),
            // The account of a revision that runs was open to sync pods when it began; that of new content must be seen to be.
            Unread = Unread.AddRange(
                accounts
                    .Where(a => a.Value.Unread is not null)
                    .Select(a => new UnreadReference("ServiceAccount", a.Key, a.Value.Unread!) // filtered
                    {
                        IsContent = a.Key == own,
                    })
            ),
        };

    private static ServiceAccountSight SightOf(KubeObject? account) =>
        account is null ? ServiceAccountSight.Missing
        : account.Label(ApiGroup.AllowSyncPodsLabel) is "true" ? ServiceAccountSight.Allowed
        : ServiceAccountSight.NotAllowed;

    private static bool HasFile(ReadAnswer configMap, KeySelector selector) =>
        Field(configMap.Object, "data", selector.Key) is not null
        || Field(configMap.Object, "binaryData", selector.Key) is not null;

    private static JsonElement? Field(KubeObject? configMap, string section, string key) =>
        configMap is not null
        && configMap.Json.TryGetProperty(section, out var fields)
        && fields.ValueKind == JsonValueKind.Object
        && fields.TryGetProperty(key, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value
            : null;
}
