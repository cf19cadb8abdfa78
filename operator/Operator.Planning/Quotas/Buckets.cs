using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>
/// Draws calls from buckets that refill at a rate, and from the calls of a day. In any period at most rate × time + burst calls
/// are promised. When the clock goes back, calls are only delayed.
/// </summary>
internal static class Buckets
{
    public const string Application = "";

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
            ready = Later(ready, DateTimeOffset.FromUnixTimeMilliseconds(drawn));
        }
        if (book.DayOf(limit, key, now) is { } day && day.Calls + calls > limit.PerDay)
        {
            ready = Later(ready, DateTimeOffset.FromUnixTimeSeconds(day.Ends));
        }
        return book.SpentUntil is { } spent ? Later(ready, DateTimeOffset.FromUnixTimeMilliseconds(spent)) : ready;
    }

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

    /// <summary>Puts back promised calls that were not made. A bucket never holds more than the burst.</summary>
    public static ApiBook PutBack(this ApiBook book, Limit limit, string key, long calls, DateTimeOffset now)
    {
        if (limit.HasRate && book.FullAt.ContainsKey(key))
        {
            var instant = CeilingOf(now);
            book = book.Moved(limit, key, book.FullAtOf(limit, key, instant) - limit.ReturnOf(calls), instant);
        }
        return limit.PerDay is null ? book : book.CountDay(limit, key, -calls, now);
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
        };
    }

    /// <summary>When the bucket is full again, but not before <paramref name="instant"/>.</summary>
    private static long FullAtOf(this ApiBook book, Limit limit, string key, long instant) =>
        book.FullAt.TryGetValue(key, out var fullAt)
            ? Math.Max(instant, Convert(fullAt, book, limit, instant))
            : instant;

    private static ApiBook Moved(this ApiBook book, Limit limit, string key, long fullAt, long instant)
    {
        var rate = limit.RateText();
        var converted =
            book.Rate == rate
                ? book.FullAt
                : book.FullAt.SetItems(
                    book.FullAt.Select(b => KeyValuePair.Create(b.Key, Convert(b.Value, book, limit, instant)))
                );
        return book with { Rate = rate, FullAt = converted.SetItem(key, fullAt) };
    }

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
        return instant + limit.CostOf(former.CallsIn(fullAt - instant) + 1);
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

    private static ApiBook CountDay(this ApiBook book, Limit limit, string key, long calls, DateTimeOffset now)
    {
        var day = book.DayOf(limit, key, now) ?? new DayCount();
        var counted = day with { Calls = Math.Max(0, day.Calls + calls) };
        return book with { Days = book.Days.SetItem(key, counted) };
    }

    private static long CeilingOf(DateTimeOffset now) =>
        (now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks + 9999) / 10_000;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
