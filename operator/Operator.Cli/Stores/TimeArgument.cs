using System.Globalization;

namespace Operator.Cli.Stores;

/// <summary>
/// Reads a time argument: a time of day in the user's time zone (<c>14:00</c>), RFC 3339, or a time ago (<c>2h</c>).
/// </summary>
internal static class TimeArgument
{
    private static readonly string[] Clocks = ["HH:mm", "HH:mm:ss"];
    private static readonly string[] Instants =
    [
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads a start time; null for any other text. A time of day is the last such time up to now.</summary>
    public static DateTimeOffset? Before(string text, DateTimeOffset now, TimeZoneInfo zone) =>
        Clock(text) is { } clock
            ? At(clock, now, zone) is var today && today <= now
                ? today
                : At(clock, now.AddDays(-1), zone)
            : Instant(text) is { } instant
                ? instant
                : new Api.Duration(text).TryGet(out var ago)
                    ? now - ago
                    : null;

    /// <summary>Reads an end time. A time of day is the first such time after <paramref name="since"/>.</summary>
    public static DateTimeOffset? After(string text, DateTimeOffset since, DateTimeOffset now, TimeZoneInfo zone) =>
        Clock(text) is not { } clock ? Before(text, now, zone)
        : At(clock, since, zone) is var sameDay && sameDay > since ? sameDay
        : At(clock, since.AddDays(1), zone);

    private static TimeOnly? Clock(string text) =>
        TimeOnly.TryParseExact(text, Clocks, CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock)
            ? clock
            : null;

    private static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParseExact(
            text,
            Instants,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var instant
        )
            ? instant
            : null;

    private static DateTimeOffset At(TimeOnly clock, DateTimeOffset day, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(day, zone).Date + clock.ToTimeSpan();
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
