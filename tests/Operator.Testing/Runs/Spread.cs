using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>The spread of one version, read from pods: for each slot, the stores that ran it, and all that ran it so far.</summary>
public sealed class Spread
{
    private Spread(ImmutableArray<SlotOfSpread> slots) => Slots = slots;

    public ImmutableArray<SlotOfSpread> Slots { get; }

    /// <summary>Every store that ran the version.</summary>
    public ImmutableSortedSet<string> Reached => Slots.IsEmpty ? [] : Slots[^1].Reached;

    /// <summary>Builds the spread from runs whose container started.</summary>
    public static Spread Of(IEnumerable<SeenRun> runs)
    {
        var slots = ImmutableArray.CreateBuilder<SlotOfSpread>();
        ImmutableSortedSet<string> reached = [];
        foreach (var slot in runs.Where(r => r.HasStarted).GroupBy(r => r.Slot).OrderBy(g => g.Key))
        {
            ImmutableSortedSet<string> stores = [.. slot.SelectMany(r => r.Stores)];
            reached = reached.Union(stores);
            slots.Add(new SlotOfSpread(slot.Key, stores, reached));
        }
        return new Spread(slots.ToImmutable());
    }
}

public sealed record SlotOfSpread(long Slot, ImmutableSortedSet<string> Stores, ImmutableSortedSet<string> Reached);
