using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>The cached objects by connector, so that a reconcile reads only its own. Safe for concurrent use.</summary>
internal sealed class OwnerIndex
{
    private readonly ConcurrentDictionary<ObjectKey, ImmutableHashSet<ObjectKey>> _owned = new();

    public ImmutableHashSet<ObjectKey> Of(ObjectKey owner) => _owned.GetValueOrDefault(owner, []);

    public void Add(ObjectKey owner, ObjectKey item) =>
        _owned.AddOrUpdate(owner, [item], (_, items) => items.Add(item));

    public void Remove(ObjectKey owner, ObjectKey item)
    {
        var left = _owned.AddOrUpdate(owner, [], (_, items) => items.Remove(item));
        if (left.IsEmpty)
        {
            // Removes the entry only if it is still empty: another task may have added an item.
            _owned.TryRemove(KeyValuePair.Create(owner, left));
        }
    }
}
