using System.Globalization;
using Operator.Api;

namespace Operator.Planning.Quotas;

/// <summary>A quota in numbers for calculation. Rounding never allows a call too many.</summary>
public sealed record Limit
{
    /// <summary>The longest time and the most calls that are calculated with; more is this. So no sum of them overflows.</summary>
    private const long MostMilliseconds = 1000L * 366 * 24 * 60 * 60 * 1000;
    private const long MostCalls = 1L << 52;

    public string Api { get; init; } = "";
    public QuotaScope Scope { get; init; } = QuotaScope.Store;

    /// <summary>Calls that refill in <see cref="Per"/>; 0: no rate is known.</summary>
    public long Calls { get; init; }
    public TimeSpan Per { get; init; }
    public long Burst { get; init; }

    /// <summary>Calls per day; the day begins at midnight in <see cref="DayZone"/>. Null: no daily limit is known.</summary>
    public long? PerDay { get; init; }
    public TimeZoneInfo DayZone { get; init; } = TimeZoneInfo.Utc;

    public bool HasRate => Calls > 0;

    /// <summary>Null for a quota with an invalid rate; the validator rejects it.</summary>
    public static Limit? Of(Quota quota, string dayZone)
    {
        var limit = new Limit
        {
            Api = quota.Api,
            Scope = quota.Scope,
            PerDay = quota.PerDay,
            DayZone = TimeZoneInfo.FindSystemTimeZoneById(dayZone),
        };
        if (quota.Rate is not { } rate)
        {
            return limit;
        }
        return rate.TryGet(out var calls, out var per)
            ? limit with
            {
                Calls = calls,
                Per = per,
                Burst = quota.Burst ?? calls,
            }
            : null;
    }

    /// <summary>Time in which <paramref name="calls"/> calls refill, in milliseconds, rounded up.</summary>
    public long CostOf(long calls) =>
        HasRate
            ? (long)
                Int128.Min(
                    MostMilliseconds,
                    CeilingOf((Int128)calls * Per.Ticks, (Int128)Calls * TimeSpan.TicksPerMillisecond)
                )
            : 0;

    /// <summary>Like <see cref="CostOf"/>, but rounded down: for calls that are put back.</summary>
    public long ReturnOf(long calls) =>
        HasRate
            ? (long)
                Int128.Min(MostMilliseconds, (Int128)calls * Per.Ticks / ((Int128)Calls * TimeSpan.TicksPerMillisecond))
            : 0;

    /// <summary>Calls that refill in <paramref name="milliseconds"/>, rounded down.</summary>
    public long CallsIn(long milliseconds) =>
        (long)Int128.Min(MostCalls, (Int128)milliseconds * TimeSpan.TicksPerMillisecond * Calls / Per.Ticks);

    /// <summary>
    /// The most calls that one bucket can have given to a run: what a full bucket holds and what refills during the run; within
    /// a day's limit, the calls of each day that the run can touch. Null: no limit is known.
    /// </summary>
    public long? MostIn(TimeSpan run)
    {
        var byRate = HasRate ? Burst + CallsIn((long)run.TotalMilliseconds) : (long?)null;
        var byDay = PerDay is { } calls ? (long)Int128.Min(MostCalls, (Int128)calls * (2 + run.Days)) : (long?)null;
        return byRate < byDay || byDay is null ? byRate : byDay;
    }

    /// <summary>End of the day that contains <paramref name="at"/>.</summary>
    public DateTimeOffset DayEnd(DateTimeOffset at)
    {
        var midnight = TimeZoneInfo.ConvertTime(at, DayZone).Date.AddDays(1);
        return new DateTimeOffset(midnight, DayZone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>The text for messages: <c>1/180s, burst 20, per store</c>.</summary>
    public override string ToString()
    {
        var rate = HasRate ? $"{RateText()}, burst {Burst}, " : "";
        var day = PerDay is { } calls ? $"{calls} a day, " : "";
        return $"{rate}{day}per {(Scope == QuotaScope.Store ? "store" : "application")}";
    }

    /// <summary>The rate divided by <paramref name="shares"/>: <c>1/360s</c> is half of <c>1/180s</c>.</summary>
    public string RateText(int shares = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"{Calls}/{Duration.From(Per * shares)}");

    private static Int128 CeilingOf(Int128 dividend, Int128 divisor) => (dividend + divisor - 1) / divisor;
}
