using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Stores;

/// <summary>All stores of the connector, by name. Built once per plan, because a search in a list of ten thousand stores is too slow.</summary>
internal sealed class StoreRoster
{
    private readonly Dictionary<string, Store> _byName = new(StringComparer.Ordinal);

    public StoreRoster(ImmutableArray<Store> stores)
    {
        var names = ImmutableArray.CreateBuilder<string>(stores.Length);
        var active = ImmutableArray.CreateBuilder<string>(stores.Length);
        foreach (var store in stores.Where(s => _byName.TryAdd(s.Name, s)))
        {
            names.Add(store.Name);
            if (!store.Suspend)
            {
                active.Add(store.Name);
            }
        }
        (Names, Active) = (names.ToImmutable(), active.ToImmutable());
    }

    public static StoreRoster Empty { get; } = new([]);

    /// <summary>All names, in the order of the spec and its lists.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Names of the stores that are not suspended, in the order of <see cref="Names"/>.</summary>
    public ImmutableArray<string> Active { get; }

    public bool IsEmpty => _byName.Count == 0;

    public Store? Find(string name) => _byName.GetValueOrDefault(name);

    public bool IsActive(string name) => _byName.TryGetValue(name, out var store) && !store.Suspend;
}
