using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The keys of a labelled ConfigMap; each key is parsed once, when the ConfigMap arrives. <paramref name="Binary"/>: the keys that are no
/// text.
/// </summary>
internal sealed record CachedStoreLists(
    ImmutableSortedDictionary<string, CachedStoreLists.Content> Keys,
    ImmutableArray<string> Binary
)
{
    public sealed record Content(string Hash, StoreList List)
    {
        /// <summary>Names of the stores' Secrets.</summary>
        public ImmutableArray<string> Secrets { get; } = SecretSharing.Secrets(List.Stores);

        /// <summary>The accounts of its stores.</summary>
        public ImmutableArray<ulong> Accounts { get; } = AccountSharing.AccountsOf(List.Stores);
    }

    public static CachedStoreLists Of(KubeObject configMap)
    {
        var keys = ImmutableSortedDictionary.CreateBuilder<string, Content>(StringComparer.Ordinal);
        if (configMap.Json.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in data.EnumerateObject().Where(f => f.Value.ValueKind == JsonValueKind.String))
            {
                var text = field.Value.GetString()!; // the filter above keeps only strings
                var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
                keys[field.Name] = new Content(hash, StoreList.Read(text));
            }
        }
        return new CachedStoreLists(keys.ToImmutable(), BinaryKeys(configMap));
    }

    private static ImmutableArray<string> BinaryKeys(KubeObject configMap) =>
        configMap.Json.TryGetProperty("binaryData", out var data) && data.ValueKind == JsonValueKind.Object
            ? [.. data.EnumerateObject().Select(f => f.Name)]
            : [];

    /// <summary>
    /// The store list of one key, or its problem; <paramref name="cached"/> is null when no such ConfigMap with the label exists.
    /// </summary>
    public static StoreListSight Sight(CachedStoreLists? cached, KeySelector key)
    {
        var sight = new StoreListSight { Source = $"{key.Name}/{key.Key}" };
        if (cached is null)
        {
            return sight with { Problem = StoreListProblems.NotThere };
        }
        return cached.Keys.TryGetValue(key.Key, out var content)
            ? sight with
            {
                Hash = content.Hash,
                Stores = content.List.Stores,
                Wrong = content.List.Wrong,
                WrongBecause = content.List.WrongBecause,
                HasNameless = content.List.HasNameless,
                Problem = content.List.Problem,
            }
            : sight with
            {
                Problem = StoreListProblems.NoText(key.Key, cached.Binary.Contains(key.Key, StringComparer.Ordinal)),
            };
    }
}
