using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Stores;

/// <summary>All stores of the connector, by name. Built once per plan, because a search in a list of ten thousand stores is too slow.</summary>
internal sealed class StoreRoster
{
    private readonly Dictionary<string, Store> _byName = new(StringComparer.Ordinal);

    public StoreRoster(ImmutableArray<Store> stores)
        : this(stores, static _ => false) { }

    /// <param name="stores">The stores; of several with one name the first counts.</param>
    /// <param name="isWrong">A store stands still, because its spec is wrong.</param>
    public StoreRoster(ImmutableArray<Store> stores, Func<string, bool> isWrong)
    {
        var names = ImmutableArray.CreateBuilder<string>(stores.Length);
        var active = ImmutableArray.CreateBuilder<string>(stores.Length);
        var wrong = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var store in stores.Where(s => _byName.TryAdd(s.Name, s)))
        {
            names.Add(store.Name);
            if (store.Suspend)
            {
                continue;
            }
            if (isWrong(store.Name))
            {
                wrong.Add(store.Name);
            }
            else
            {
                active.Add(store.Name);
            }
        }
        (Names, Active, Wrong) = (names.ToImmutable(), active.ToImmutable(), wrong.ToImmutable());
    }

    public static StoreRoster Empty { get; } = new([]);

    /// <summary>All names, in the order of the spec and its lists.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Names of the stores that are neither suspended nor wrong, in the order of <see cref="Names"/>.</summary>
    public ImmutableArray<string> Active { get; }

    /// <summary>Stores that are not suspended and stand still, because their spec is wrong: they are due, and miss it.</summary>
    public ImmutableHashSet<string> Wrong { get; }

    public bool IsEmpty => _byName.Count == 0;

    public Store? Find(string name) => _byName.GetValueOrDefault(name);

    public bool IsActive(string name) => IsWanted(name) && (Wrong.IsEmpty || !Wrong.Contains(name));

    /// <summary>The store is listed and not suspended: somebody wants its syncs.</summary>
    public bool IsWanted(string name) => _byName.TryGetValue(name, out var store) && !store.Suspend;

    public bool IsSuspended(string name) => _byName.TryGetValue(name, out var store) && store.Suspend;
}
