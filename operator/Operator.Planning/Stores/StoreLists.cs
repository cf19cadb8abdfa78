using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// Adds the lists of <c>spec.storesFrom</c> to the stores of the spec. The record keeps the last good content of each list, which is
/// used when the list is broken.
/// </summary>
internal static class StoreLists
{
    /// <summary>All stores, the lists for the record, and the problems of the lists, one sentence each.</summary>
    public sealed record Gathering(ImmutableArray<Store> Stores, StoreBook Book, ImmutableArray<string> Problems)
    {
        /// <summary>What is wrong with single stores of lists, by their names.</summary>
        public ImmutableSortedDictionary<string, string> Wrong { get; init; } =
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    }

    /// <summary>When several stores have one name, the first one counts: the spec first, then the lists in order.</summary>
    public static Gathering Gather(ConnectorSpec spec, ImmutableArray<StoreListSight> seen, StoreBook kept)
    {
        if (seen.IsEmpty)
        {
            return new Gathering(spec.Stores, BookOf(spec, []), []);
        }
        var stores = spec.Stores.ToBuilder();
        var owners = spec
            .Stores.DistinctBy(s => s.Name, StringComparer.Ordinal)
            .ToDictionary(s => s.Name, _ => "spec.stores", StringComparer.Ordinal);
        var lists = ImmutableArray.CreateBuilder<KeptStoreList>();
        var problems = ImmutableArray.CreateBuilder<string>();
        var wrong = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var sight in seen)
        {
            var before = kept.Find(sight.Source);
            var (list, problem) = Choose(WithKeysNamed(spec, sight), before, stores.Count);
            string? twin = null;
            if (list is not null)
            {
                lists.Add(list);
                twin = Add(list, stores, owners);
                wrong.AddRange(WrongOf(list, sight, owners));
            }
            if ((problem ?? twin) is { } told)
            {
                problems.Add($"ConfigMap {sight.Source}: {told}");
            }
        }
        return new Gathering(stores.ToImmutable(), BookOf(spec, lists.ToImmutable()), problems.ToImmutable())
        {
            Wrong = wrong.ToImmutable(),
        };
    }

    /// <summary>Wrong stores whose name nothing before this list has.</summary>
    private static IEnumerable<KeyValuePair<string, string>> WrongOf(
        KeptStoreList list,
        StoreListSight sight,
        Dictionary<string, string> owners
    ) =>
        list
            .Wrong.Where(s => owners.GetValueOrDefault(s) == list.Source)
            .Select(s =>
                KeyValuePair.Create(
                    s,
                    $"ConfigMap {list.Source}: {sight.WrongBecause ?? "see the condition StoreListBroken"}"
                )
            );

    private static StoreListSight WithKeysNamed(ConnectorSpec spec, StoreListSight sight) =>
        StoreListProblems.KeysMissing(spec, sight) is { } problem ? sight with { Problem = problem } : sight;

    private static StoreBook BookOf(ConnectorSpec spec, ImmutableArray<KeptStoreList> lists) =>
        new()
        {
            Lists = lists,
            Inline = [.. spec.Stores.Select(s => s.Name).Distinct(StringComparer.Ordinal)],
            Accounts = FormerAccounts.Of(spec.Stores.DistinctBy(s => s.Name, StringComparer.Ordinal)),
        };

    /// <summary>The list when it is good, else its last good content (null: none) with the problem.</summary>
    private static (KeptStoreList? List, string? Problem) Choose(
        StoreListSight sight,
        KeptStoreList? before,
        int others
    )
    {
        var problem = sight.Problem ?? StoreListProblems.TooMany(others, sight) ?? Nameless(sight, before);
        if (problem is null)
        {
            var isKept = before is not null && before.Hash == sight.Hash;
            var list = new KeptStoreList
            {
                Source = sight.Source,
                Hash = sight.Hash,
                Stores = sight.Stores.AddRange(sight.Wrong.Select(s => LastRight(s, before))),
                Wrong = sight.Wrong,
            };
            return (isKept ? before : list, StandingStill(sight));
        }
        var goesOn = before is null
            ? "it was never read, so none of its stores is known"
            : $"its last good list of {before.Stores.Length} stores is used";
        return (before, $"{problem}; {goesOn}");
    }

    /// <summary>A store that the last good list had may be meant. Where there is none, what has a name runs.</summary>
    private static string? Nameless(StoreListSight sight, KeptStoreList? before) =>
        sight.HasNameless && before is not null && before.Hash != sight.Hash
            ? $"{sight.WrongBecause}; nobody knows which stores are meant"
            : null;

    private static Store LastRight(string store, KeptStoreList? before) =>
        before?.Stores.FirstOrDefault(s => s.Name == store) ?? new Store { Name = store };

    private static string? StandingStill(StoreListSight sight) =>
        sight.WrongBecause is not { } because ? null
        : sight.Wrong.IsEmpty ? $"{because}; what has no name that is one is left out, and the others go on"
        : sight.HasNameless
            ? $"{because}; {sight.Wrong.Length} of these stores stand still, what has no name that is one is left out, and the others go on"
        : sight.Wrong is [var one] ? $"{because}; store '{one}' stands still, and the others go on"
        : $"{because}; these {sight.Wrong.Length} stores stand still, and the others go on";

    /// <summary>Adds stores with new names. Returns the problem of the first duplicate name; null when there is none.</summary>
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
                twin ??= StoreListProblems.AlsoIn(store.Name, owners[store.Name]);
            }
        }
        return twin;
    }

    /// <summary>Both books have the same lists with the same content.</summary>
    public static bool IsSame(StoreBook a, StoreBook b) =>
        a.Lists.Length == b.Lists.Length && a.Lists.Zip(b.Lists).All(pair => IsSame(pair.First, pair.Second));

    private static bool IsSame(KeptStoreList a, KeptStoreList b) => a.Source == b.Source && a.Hash == b.Hash;
}
