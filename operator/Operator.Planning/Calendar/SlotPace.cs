namespace Operator.Planning.Calendar;

/// <summary>How fast the slots of a schedule come.</summary>
/// <param name="Period">The average time between two of them.</param>
/// <param name="Observed">
/// What a slot adds, on average, to a clock that counts the time since the slot before, at most the time to the next one. Such a clock stands
/// still over nights and weekends without slots.
/// </param>
public readonly record struct SlotPace(TimeSpan Period, TimeSpan Observed);
