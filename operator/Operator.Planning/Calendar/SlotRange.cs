namespace Operator.Planning.Calendar;

/// <summary>The slots after <paramref name="After"/>, up to and including <paramref name="Until"/>.</summary>
internal readonly record struct SlotSpan(DateTimeOffset After, DateTimeOffset Until);

/// <summary>The number of slots in a span, and the newest slot (null when there is none).</summary>
public readonly record struct SlotRange(long Count, DateTimeOffset? Newest)
{
    public static SlotRange Empty { get; } = new(0, null);
}
