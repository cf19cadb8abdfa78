using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Stores;

/// <summary>What is wrong with the lists of <c>spec.storesFrom</c>, in the same words for the operator and for <c>lint</c>.</summary>
public static class StoreListProblems
{
    public const string NotThere =
        $"it does not exist or does not have the label {ApiGroup.StoresLabel}: \"true\"; create or label it";

    /// <summary>The ConfigMap has no text under the key.</summary>
    public static string NoText(string key, bool isBinary) =>
        isBinary
            ? $"its key '{key}' is under binaryData, where kubectl puts files that are not UTF-8; save the list as UTF-8 text and create the ConfigMap again"
            : $"it has no key '{key}'; add it or correct spec.storesFrom";

    /// <summary>
    /// The problems that show only when the lists are taken together with the connector, one sentence each. A list with a problem of
    /// its own is left out.
    /// </summary>
    public static ImmutableArray<string> Together(ConnectorSpec spec, ImmutableArray<StoreListSight> lists)
    {
        var owners = spec
            .Stores.DistinctBy(s => s.Name, StringComparer.Ordinal)
            .ToDictionary(s => s.Name, _ => "spec.stores", StringComparer.Ordinal);
        var problems = ImmutableArray.CreateBuilder<string>();
        var total = spec.Stores.Length;
        foreach (var list in lists.Where(l => l.Problem is null))
        {
            var problem = KeysMissing(spec, list) ?? TooMany(total, list) ?? Twin(owners, list);
            total += list.Stores.Length;
            if (problem is not null)
            {
                problems.Add($"ConfigMap {list.Source}: {problem}");
            }
        }
        return problems.ToImmutable();
    }

    /// <summary>The rule of <c>spec.stores</c> that needs the marketplace, which a list does not contain.</summary>
    internal static string? KeysMissing(ConnectorSpec spec, StoreListSight list) =>
        spec.Marketplace == Marketplace.Custom
        && list.Stores.FirstOrDefault(s => s.Credentials?.SecretRef is { KeyPrefix: not null, Keys.IsEmpty: true })
            is { } nameless
            ? $"store '{nameless.Name}': with marketplace Custom a keyPrefix needs keys; list the files that the worker reads, such as token"
            : null;

    internal static string? TooMany(int others, StoreListSight list) =>
        others + list.Stores.Length is var total && total > StoreList.MostStores
            ? $"with its {list.Stores.Length} stores the connector would have {total}, at most {StoreList.MostStores} are possible; make another connector for some"
            : null;

    internal static string AlsoIn(string store, string owner) =>
        $"store '{store}' is also in {owner}, and only that one counts; remove one";

    private static string? Twin(Dictionary<string, string> owners, StoreListSight list)
    {
        var twin = list.Stores.FirstOrDefault(s => !owners.TryAdd(s.Name, list.Source));
        return twin is null ? null : AlsoIn(twin.Name, owners[twin.Name]);
    }
}
