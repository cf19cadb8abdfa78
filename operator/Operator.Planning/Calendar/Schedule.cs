using System.Collections.Immutable;
using System.Diagnostics;
using Cronos;
using Operator.Api;

namespace Operator.Planning.Calendar;

/// <summary>When a flow is due: cron with five fields in a time zone, or <c>@every</c> aligned to the Unix epoch.</summary>
public abstract record Schedule
{
    private const string EveryPrefix = "@every ";
    private const int FourWeeks = 28;
    private const int FourYears = 1461;
    private const int MostSeldomSlots = 200;

    /// <summary>One second before a day without a change to or from daylight saving time near it.</summary>
    private static readonly DateTimeOffset ReferenceDay = new(2026, 5, 31, 23, 59, 59, TimeSpan.Zero);

    private Schedule() { }

    /// <summary>The first slot after <paramref name="after"/>; null when there is none.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <summary>Counts the slots after <paramref name="from"/> up to and including <paramref name="until"/>.</summary>
    public abstract SlotRange Between(DateTimeOffset from, DateTimeOffset until);

    /// <summary>
    /// The newest slots, at most <paramref name="most"/>, after <paramref name="from"/> up to and including
    /// <paramref name="until"/>, oldest first.
    /// </summary>
    public ImmutableArray<DateTimeOffset> Newest(DateTimeOffset from, DateTimeOffset until, int most)
    {
        // Looks back in growing spans, so that the cost depends on the number of slots asked for, not on a long absence.
        for (var back = TimeSpan.FromMinutes(most); ; back *= 4)
        {
            var isWhole = back >= until - from;
            var slots = After(isWhole ? from : until - back).TakeWhile(slot => slot <= until).ToList();
            if (isWhole || slots.Count >= most)
            {
                return [.. slots.TakeLast(most)];
            }
        }
    }

    private IEnumerable<DateTimeOffset> After(DateTimeOffset from)
    {
        for (var slot = Next(from); slot is { } at; slot = Next(at))
        {
            yield return at;
        }
    }

    /// <summary>Time from the slot to the next slot; zero when there is no next slot.</summary>
    public TimeSpan Period(DateTimeOffset slot) => Next(slot) is { } next ? next - slot : TimeSpan.Zero;

    /// <summary>
    /// Average number of slots per day. A cron that names days of the month, or months, is averaged over four weeks, and one that comes less often
    /// than weekly over its next slots of four years.
    /// </summary>
    public decimal SlotsADay() =>
        this switch
        {
            Every(var interval) => (decimal)TimeSpan.TicksPerDay / interval.Ticks,
            Cron cron when Sample(cron.Days) is var (slots, days) => slots.Count / (decimal)days.TotalDays,
            _ => throw new UnreachableException(),
        };

    /// <summary>How fast slots come, averaged as in <see cref="SlotsADay"/>; null: none comes.</summary>
    public SlotPace? Pace()
    {
        if (this is not Cron cron)
        {
            return this is Every(var interval) ? new SlotPace(interval, interval) : null;
        }
        var (slots, days) = Sample(cron.Days);
        if (slots.Count == 0)
        {
            return null;
        }
        // The days come again and again, so the slot before the first one is the last one.
        var (before, observed) = (slots[0] - (slots[^1] - days), TimeSpan.Zero);
        foreach (var (i, slot) in slots.Index())
        {
            var after = (i + 1 < slots.Count ? slots[i + 1] : slots[0] + days) - slot;
            observed += before < after ? before : after;
            before = after;
        }
        return new SlotPace(days / slots.Count, observed / slots.Count);
    }

    /// <summary>Slots to average over, and the time that they are of. To count all of one that comes each minute of some months would take too long.</summary>
    private (List<DateTimeOffset> Slots, TimeSpan Days) Sample(int days)
    {
        var end = ReferenceDay.AddDays(days);
        var slots = After(ReferenceDay).TakeWhile(slot => slot <= end).ToList();
        if (days < FourWeeks || slots.Count >= FourWeeks / 7)
        {
            return (slots, TimeSpan.FromDays(days));
        }
        end = ReferenceDay.AddDays(FourYears);
        slots = [.. After(ReferenceDay).TakeWhile(slot => slot <= end).Take(MostSeldomSlots)];
        return (slots, slots.Count < MostSeldomSlots ? TimeSpan.FromDays(FourYears) : slots[^1] - ReferenceDay);
    }

    /// <summary>Parses a flow's schedule. Throws <see cref="FormatException"/> when it cannot be parsed.</summary>
    public static Schedule Of(Flow flow) => Parse(flow.Schedule, flow.TimeZone);

    /// <summary>The schedule; null when it can't be parsed. Schedules are equal by value, however they are spelt.</summary>
    public static Schedule? Find(string schedule, string timeZone)
    {
        try
        {
            return Parse(schedule, timeZone);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The problem of a schedule and the fix; null when valid. <paramref name="minimumInterval"/> is the shortest <c>@every</c>.</summary>
    public static string? Problem(string schedule, string timeZone, TimeSpan minimumInterval)
    {
        try
        {
            var parsed = Parse(schedule, timeZone);
            return parsed switch
            {
                Every(var interval) when interval < minimumInterval =>
                    $"'{schedule}' is shorter than the least interval of {minimumInterval.TotalSeconds:0.###}s; make it longer",
                Cron when DayFields.Problem(schedule) is { } both => both,
                Cron when parsed.Next(DateTimeOffset.UnixEpoch.AddYears(55)) is null =>
                    $"'{schedule}' never fires; check its day of month against its month",
                _ => null,
            };
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static Schedule Parse(string schedule, string timeZone)
    {
        if (schedule.StartsWith(EveryPrefix, StringComparison.Ordinal))
        {
            return
                new Duration(schedule[EveryPrefix.Length..].Trim()).TryGet(out var interval) && interval > TimeSpan.Zero
                ? new Every(interval)
                : throw new FormatException($"'{schedule}' is no interval; write for example @every 5m");
        }
        // Cronos also reads macros, and some fire each second.
        if (schedule.Contains('@', StringComparison.Ordinal))
        {
            throw new FormatException(
                $"'{schedule}' is a macro, and macros are not supported; write the 5 fields of cron, for example 0 0 * * * for each midnight, or @every 5m"
            );
        }
        if (ZoneOf(timeZone) is not { } zone)
        {
            throw new FormatException($"time zone '{timeZone}' is unknown; use an IANA name such as Europe/Berlin");
        }
        return CronExpression.TryParse(schedule, CronFormat.Standard, out var cron)
            ? new Cron(cron, zone) { Days = DaysOf(schedule) }
            : throw new FormatException(
                $"'{schedule}' is no cron expression with 5 fields; write for example */5 * * * * or @every 5m"
            );
    }

    /// <summary>After so many days the same slots come again: a day, a week, or some four weeks.</summary>
    private static int DaysOf(string schedule) =>
        schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) switch
        {
            [_, _, "*", "*", "*"] => 1,
            [_, _, "*", "*", _] => 7,
            _ => 28,
        };

    /// <summary>
    /// Null: no IANA name. The database has files that are no zones (<c>localtime</c>, <c>posix/…</c>), and a node may lack them; an IANA
    /// name begins with a capital letter, as they do not. The lookup itself ignores case once it knows a zone.
    /// </summary>
    private static TimeZoneInfo? ZoneOf(string name) =>
        name is [>= 'A' and <= 'Z', ..]
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
        && (zone.Id == name || !zone.Id.Equals(name, StringComparison.OrdinalIgnoreCase))
            ? zone
            : null;

    private sealed record Every(TimeSpan Interval) : Schedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) => At(Index(after) + 1);

        public override SlotRange Between(DateTimeOffset from, DateTimeOffset until)
        {
            var newest = Index(until);
            var count = newest - Index(from);
            return count > 0 ? new SlotRange(count, At(newest)) : SlotRange.Empty;
        }

        private long Index(DateTimeOffset at) =>
            (long)Math.Floor((decimal)(at - DateTimeOffset.UnixEpoch).Ticks / Interval.Ticks);

        private DateTimeOffset At(long index) => DateTimeOffset.UnixEpoch.AddTicks(index * Interval.Ticks);
    }

    private sealed record Cron(CronExpression Expression, TimeZoneInfo Zone) : Schedule
    {
        /// <summary>Slots are averaged over so many days.</summary>
        public int Days { get; init; }

        /// <summary>Slots further back than this are not counted, to bound the work.</summary>
        private static readonly TimeSpan LongestAbsence = TimeSpan.FromDays(366);

        public override DateTimeOffset? Next(DateTimeOffset after) =>
            Expression.GetNextOccurrence(after.ToUniversalTime(), Zone)?.ToUniversalTime();

        public override SlotRange Between(DateTimeOffset from, DateTimeOffset until)
        {
            var start = until - from > LongestAbsence ? until - LongestAbsence : from;
            var count = 0L;
            DateTimeOffset? newest = null;
            for (var slot = Next(start); slot is { } at && at <= until; slot = Next(at))
            {
                count++;
                newest = at;
            }
            return new SlotRange(count, newest);
        }
    }
}
