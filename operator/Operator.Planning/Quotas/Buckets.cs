using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>
/// Draws calls from buckets that refill at a rate, and from the calls of a day. In any period at most rate × time + burst calls
/// are promised. When the clock goes back, calls are only delayed. No number overflows, whatever a worker reports.
/// </summary>
internal static class Buckets
{
    public const string Application = "";

    /// <summary>A bucket never owes more than refills in this time. So one wrong report never stops a store for longer.</summary>
    private static readonly TimeSpan LongestOverdraft = TimeSpan.FromDays(1);

    /// <summary>More calls than any quota allows in a day.</summary>
    private const long MostOfDay = 1L << 52;

    /// <summary>The first instant, not before now, at which <paramref name="calls"/> calls can be promised; null: never.</summary>
    public static DateTimeOffset? ReadyAt(this ApiBook book, Limit limit, string key, long calls, DateTimeOffset now)
    {
        if ((limit.HasRate && calls > limit.Burst) || calls > limit.PerDay)
        {
            return null;
        }
        var ready = now;
        if (limit.HasRate)
        {
            // A full bucket holds the burst. So the calls are available while (burst - calls) calls are still missing.
            var fullAt = book.FullAtOf(limit, key, now.ToUnixTimeMilliseconds());
            var drawn = fullAt + limit.CostOf(calls) - limit.CostOf(limit.Burst);
            ready = Later(ready, At(drawn));
        }
        if (book.DayOf(limit, key, now) is { } day && day.Calls + calls > limit.PerDay)
        {
            ready = Later(ready, DateTimeOffset.FromUnixTimeSeconds(day.Ends));
        }
        return book.SpentUntil is { } spent ? Later(ready, At(spent)) : ready;
    }

    /// <summary>Calls of this day that are not promised yet; null: no day's limit is known.</summary>
    public static long? LeftToday(this ApiBook book, Limit limit, string key, DateTimeOffset now) =>
        limit.PerDay - book.DayOf(limit, key, now)?.Calls;

    /// <summary>Takes calls out, even when the bucket does not hold them. Later draws then wait longer.</summary>
    public static ApiBook Draw(this ApiBook book, Limit limit, string key, long calls, DateTimeOffset now)
    {
        if (limit.HasRate)
        {
            var instant = CeilingOf(now);
            book = book.Moved(limit, key, book.FullAtOf(limit, key, instant) + limit.CostOf(calls), instant);
        }
        return limit.PerDay is null ? book : book.CountDay(limit, key, calls, now);
    }

    /// <summary>
    /// Replaces promised calls by the calls that were made. Calls of a day belong to the day in which the run started; a day
    /// that is over is left as it is.
    /// </summary>
    public static ApiBook Correct(this ApiBook book, Limit limit, Correction change, DateTimeOffset now)
    {
        book = limit.HasRate ? book.Refill(limit, change, CeilingOf(now)) : book;
        return limit.PerDay is null ? book : book.CorrectDays(limit, change);
    }

    /// <summary>Removes full buckets and past days.</summary>
    public static ApiBook Trimmed(this ApiBook book, DateTimeOffset now)
    {
        var instant = now.ToUnixTimeMilliseconds();
        return book with
        {
            FullAt = book.FullAt.RemoveRange(book.FullAt.Where(b => b.Value <= instant).Select(b => b.Key)),
            Days = book.Days.RemoveRange(
                book.Days.Where(d => d.Value.Ends <= now.ToUnixTimeSeconds() || d.Value.Calls == 0).Select(d => d.Key)
            ),
            SpentUntil = book.SpentUntil > instant ? book.SpentUntil : null,
            CandidateSpent = book.CandidateSpent?.Until > instant ? book.CandidateSpent : null,
        };
    }

    /// <summary>When the bucket is full again, but not before <paramref name="instant"/>.</summary>
    private static long FullAtOf(this ApiBook book, Limit limit, string key, long instant) =>
        book.FullAt.TryGetValue(key, out var fullAt)
            ? Math.Max(instant, Convert(fullAt, book, limit, instant))
            : instant;

    /// <summary>A bucket never holds more than the burst, and never owes more than <see cref="LongestOverdraft"/>.</summary>
    private static ApiBook Refill(this ApiBook book, Limit limit, Correction change, long instant)
    {
        var fullAt = book.FullAtOf(limit, change.Key, instant);
        return change.Made > change.Promised
                ? book.Moved(limit, change.Key, fullAt + limit.CostOf(change.Made - change.Promised), instant)
            : change.Made < change.Promised && book.FullAt.ContainsKey(change.Key)
                ? book.Moved(limit, change.Key, fullAt - limit.ReturnOf(change.Promised - change.Made), instant)
            : book;
    }

    /// <summary>Stores the instant: at the earliest now, when the bucket is full, so that no number in the record is without a meaning.</summary>
    private static ApiBook Moved(this ApiBook book, Limit limit, string key, long fullAt, long instant)
    {
        var rate = limit.RateText();
        var converted =
            book.Rate == rate
                ? book.FullAt
                : book.FullAt.SetItems(
                    book.FullAt.Select(b => KeyValuePair.Create(b.Key, Convert(b.Value, book, limit, instant)))
                );
        return book with
        {
            Rate = rate,
            FullAt = converted.SetItem(key, Math.Max(instant, Math.Min(fullAt, Latest(limit, instant)))),
        };
    }

    private static long Latest(Limit limit, long instant) =>
        instant + limit.CostOf(limit.Burst) + (long)LongestOverdraft.TotalMilliseconds;

    /// <summary>Converts the instant to a new rate: the number of missing calls stays, the time to refill them changes.</summary>
    private static long Convert(long fullAt, ApiBook book, Limit limit, long instant)
    {
        if (
            fullAt <= instant
            || book.Rate == limit.RateText()
            || !new Api.Rate(book.Rate).TryGet(out var calls, out var per)
        )
        {
            return fullAt;
        }
        var former = limit with { Calls = calls, Per = per };
        return Math.Min(instant + limit.CostOf(former.CallsIn(fullAt - instant) + 1), Latest(limit, instant));
    }

    private static DayCount? DayOf(this ApiBook book, Limit limit, string key, DateTimeOffset now)
    {
        if (limit.PerDay is null)
        {
            return null;
        }
        var known = book.Days.GetValueOrDefault(key);
        return known is not null && now.ToUnixTimeSeconds() < known.Ends
            ? known
            : new DayCount { Ends = limit.DayEnd(now).ToUnixTimeSeconds() };
    }

    private static ApiBook CountDay(this ApiBook book, Limit limit, string key, long calls, DateTimeOffset now) =>
        book.DayOf(limit, key, now) is { } day ? book.WithDay(key, day, calls) : book;

    /// <summary>A run that was planned before midnight and started after it made its calls in the new day.</summary>
    private static ApiBook CorrectDays(this ApiBook book, Limit limit, Correction change)
    {
        var (promised, made) = (change.Promised, change.MadeInDay ?? change.Made);
        return (change.PromisedAt, change.StartedAt) switch
        {
            ({ } from, { } to) when limit.DayEnd(from) == limit.DayEnd(to) => book.AddToDay(
                limit,
                change.Key,
                made - promised,
                to
            ),
            ({ } from, { } to) => book.AddToDay(limit, change.Key, -promised, from)
                .AddToDay(limit, change.Key, made, to),
            ({ } from, null) => book.AddToDay(limit, change.Key, made - promised, from),
            (null, { } to) => book.AddToDay(limit, change.Key, made, to),
            _ => book,
        };
    }

    /// <summary>Adds calls to the day that contains <paramref name="at"/>, if a later day has not begun since.</summary>
    private static ApiBook AddToDay(this ApiBook book, Limit limit, string key, long calls, DateTimeOffset at)
    {
        var (known, ends) = (book.Days.GetValueOrDefault(key), limit.DayEnd(at).ToUnixTimeSeconds());
        return calls == 0 ? book
            : known is null || at.ToUnixTimeSeconds() >= known.Ends
                ? book.WithDay(key, new DayCount { Ends = ends }, calls)
            : ends >= known.Ends ? book.WithDay(key, known, calls)
            : book;
    }

    private static ApiBook WithDay(this ApiBook book, string key, DayCount day, long calls)
    {
        var sum = day.Calls + Math.Clamp(calls, -MostOfDay, MostOfDay);
        return book with { Days = book.Days.SetItem(key, day with { Calls = Math.Clamp(sum, 0, MostOfDay) }) };
    }

    /// <summary>The instant of Unix milliseconds; the last one that exists, for a number beyond it.</summary>
    internal static DateTimeOffset At(long milliseconds) =>
        milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : DateTimeOffset.MaxValue;

    private static long CeilingOf(DateTimeOffset now) =>
        (now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks + 9999) / 10_000;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>What a run was promised of one bucket, and what it made.</summary>
internal sealed record Correction(string Key, long Promised, long Made)
{
    /// <summary>The calls that count for a day; null: <see cref="Made"/>.</summary>
    public long? MadeInDay { get; init; }

    /// <summary>When the calls were promised; null: no day's calls were promised then.</summary>
    public DateTimeOffset? PromisedAt { get; init; }

    /// <summary>When the run started; null: never, or unknown.</summary>
    public DateTimeOffset? StartedAt { get; init; }
}
