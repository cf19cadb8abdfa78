using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// Puts the lists of <c>spec.storesFrom</c> beside the stores of the spec itself. The record keeps each list as it was last good, so
/// that one that breaks later goes on as it last was.
/// </summary>
internal static class StoreLists
{
    /// <summary>Every store, the lists to keep, and what is wrong with them, one sentence each.</summary>
    public sealed record Gathering(ImmutableArray<Store> Stores, StoreBook Book, ImmutableArray<string> Problems);

    /// <summary>The first of several stores with one name counts: those of the spec, then list by list.</summary>
    public static Gathering Gather(ConnectorSpec spec, ImmutableArray<StoreListSight> seen, StoreBook kept)
    {
        var stores = spec.Stores.ToBuilder();
        var owners = spec
            .Stores.DistinctBy(s => s.Name, StringComparer.Ordinal)
            .ToDictionary(s => s.Name, _ => "spec.stores", StringComparer.Ordinal);
        var lists = ImmutableArray.CreateBuilder<KeptStoreList>();
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var sight in seen)
        {
            var before = kept.Find(sight.Source);
            var (list, problem) = Choose(WithKeysNamed(spec, sight), before, stores.Count);
            string? twin = null;
            if (list is not null)
            {
                lists.Add(list);
                twin = Add(list, stores, owners);
            }
            if ((problem ?? twin) is { } wrong)
            {
                problems.Add($"ConfigMap {sight.Source}: {wrong}");
            }
        }
        return new Gathering(
            stores.ToImmutable(),
            new StoreBook { Lists = lists.ToImmutable() },
            problems.ToImmutable()
        );
    }

    /// <summary>As the rules ask of <c>spec.stores</c>: a list does not know its marketplace.</summary>
    private static StoreListSight WithKeysNamed(ConnectorSpec spec, StoreListSight sight)
    {
        var nameless =
            spec.Marketplace == Marketplace.Custom
                ? sight.Stores.FirstOrDefault(s =>
                    s.Credentials?.SecretRef is { KeyPrefix: not null, Keys.IsEmpty: true }
                )
                : null;
        return nameless is null
            ? sight
            : sight with
            {
                Problem =
                    $"store '{nameless.Name}': with marketplace Custom a keyPrefix needs keys; list the files that the worker reads, such as token",
            };
    }

    /// <summary>The list as it is when it is good, else as it last was; and what is wrong.</summary>
    private static (KeptStoreList? List, string? Problem) Choose(
        StoreListSight sight,
        KeptStoreList? before,
        int others
    )
    {
        var total = others + sight.Stores.Length;
        var problem =
            sight.Problem is null && total > StoreList.MostStores
                ? $"with its {sight.Stores.Length} stores the connector would have {total}, at most {StoreList.MostStores} are possible; make another connector for some"
                : sight.Problem;
        if (problem is null)
        {
            var isKept = before is not null && before.Hash == sight.Hash;
            var list = new KeptStoreList
            {
                Source = sight.Source,
                Hash = sight.Hash,
                Stores = sight.Stores,
            };
            return (isKept ? before : list, null);
        }
        var goesOn = before is null
            ? "it was never read, so none of its stores is known"
            : $"its last good list of {before.Stores.Length} stores goes on";
        return (before, $"{problem}; {goesOn}");
    }

    /// <summary>Adds what is not there yet, and says what is.</summary>
    private static string? Add(
        KeptStoreList list,
        ImmutableArray<Store>.Builder stores,
        Dictionary<string, string> owners
    )
    {
        string? twin = null;
        foreach (var store in list.Stores)
        {
            if (owners.TryAdd(store.Name, list.Source))
            {
                stores.Add(store);
            }
            else
            {
                twin ??= $"store '{store.Name}' is in {owners[store.Name]} too, which counts; remove one";
            }
        }
        return twin;
    }

    /// <summary>The same content of the same lists.</summary>
    public static bool IsSame(StoreBook a, StoreBook b) =>
        a.Lists.Length == b.Lists.Length && a.Lists.Zip(b.Lists).All(pair => IsSame(pair.First, pair.Second));

    private static bool IsSame(KeptStoreList a, KeptStoreList b) => a.Source == b.Source && a.Hash == b.Hash;
}
