namespace Operator.Planning.Calendar;

/// <summary>Slots after one instant, up to and including another.</summary>
internal readonly record struct SlotSpan(DateTimeOffset After, DateTimeOffset Until);

/// <summary>A number of slots and the newest of them (null when there are none).</summary>
public readonly record struct SlotRange(long Count, DateTimeOffset? Newest)
{
    public static SlotRange Empty { get; } = new(0, null);
}
