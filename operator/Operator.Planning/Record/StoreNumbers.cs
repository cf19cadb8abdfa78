using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>
/// The table of stores: each store that the record names has a number, and the stored parts name it by this number. A store keeps
/// its number as long as the record names it. The number of a store that left goes to the next store that joins.
/// </summary>
public sealed class StoreNumbers
{
    private readonly Dictionary<string, int> _byName;

    /// <summary>Throws <see cref="ArgumentException"/> when a name is there twice.</summary>
    public StoreNumbers(ImmutableArray<string> names)
    {
        Names = names;
        _byName = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (var number = 0; number < names.Length; number++)
        {
            _byName.Add(names[number], number);
        }
    }

    public static StoreNumbers None { get; } = new([]);

    /// <summary>The name of each number.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The store's number; null: the table does not have the store.</summary>
    public int? Find(string store) => _byName.TryGetValue(store, out var number) ? number : null;
}
