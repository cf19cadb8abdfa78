using System.Globalization;
using Operator.Planning.Calendar;

namespace Operator.Planning.Tests;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("@every_second")]
    [InlineData("@every_minute")]
    [InlineData("@hourly")]
    [InlineData("@daily")]
    [InlineData("@midnight")]
    [InlineData("@weekly")]
    [InlineData("@monthly")]
    [InlineData("@yearly")]
    [InlineData(" @daily")]
    [InlineData("@reboot")]
    public void Macros_of_the_cron_library_are_refused(string macro) =>
        Assert.Equal(
            $"'{macro}' is a macro, and macros are not supported; write the 5 fields of cron, for example 0 0 * * * for each midnight, or @every 5m",
            Schedule.Problem(macro, "UTC", TimeSpan.FromSeconds(1))
        );

    [Theory]
    [InlineData("@every")]
    [InlineData("@EVERY 5m")]
    [InlineData("H * * * *")]
    [InlineData("*/5 * * *")]
    [InlineData("0 */5 * * * *")]
    [InlineData("")]
    public void What_is_neither_five_fields_nor_an_interval_is_refused(string schedule) =>
        Assert.NotNull(Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(1)));

    /// <summary>Cron runs on days that match either field, Cronos on days that match both.</summary>
    [Theory]
    [InlineData("0 6 1,15 * 1", "0 6 1,15 * *", "0 6 * * 1")]
    [InlineData("0 0 13 * 5", "0 0 13 * *", "0 0 * * 5")]
    [InlineData("0 0 1 * */2", "0 0 1 * *", "0 0 * * */2")]
    [InlineData("0  0 1-31 *\tMON", "0 0 1-31 * *", "0 0 * * MON")]
    [InlineData("0 0 L * 5#2", "0 0 L * *", "0 0 * * 5#2")]
    public void A_schedule_that_restricts_both_kinds_of_day_is_refused_with_two_that_do_not(
        string schedule,
        string byMonth,
        string byWeek
    )
    {
        var problem = Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(30));

        Assert.Contains($"one with '{byMonth}' and one with '{byWeek}'", problem, StringComparison.Ordinal);
        Assert.Null(Schedule.Problem(byMonth, "UTC", TimeSpan.FromSeconds(30)));
        Assert.Null(Schedule.Problem(byWeek, "UTC", TimeSpan.FromSeconds(30)));
    }

    /// <summary>The extensions of cron that the CRD names, each with a day on which it is due in 2026.</summary>
    [Theory]
    [InlineData("0 0 L 3 *", "2026-03-31")]
    [InlineData("0 0 L-2 3 *", "2026-03-29")]
    [InlineData("0 0 15W 8 *", "2026-08-14")]
    [InlineData("0 0 LW 5 *", "2026-05-29")]
    [InlineData("0 0 * JUN MON#2", "2026-06-08")]
    [InlineData("0 0 * 6 5L", "2026-06-26")]
    [InlineData("0 0 1 9 ?", "2026-09-01")]
    [InlineData("0 0 ? 9 7", "2026-09-06")]
    [InlineData("0 0 */1 9 7", "2026-09-06")]
    public void Extensions_of_cron_that_the_docs_name_are_accepted(string schedule, string day)
    {
        Assert.Null(Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(30)));

        var first = Schedule.Find(schedule, "UTC")!.Next(new DateTimeOffset(2026, 1, 31, 0, 0, 1, TimeSpan.Zero)); // it has no problem

        Assert.Equal(day, first?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// On 2026-10-25 in Berlin, 02:00 to 03:00 comes twice: from 00:00Z in summer time and from 01:00Z in winter time. Only times
    /// that are written as plain numbers come once.
    /// </summary>
    [Theory]
    [InlineData("30 2 * * *", "00:30")]
    [InlineData("0,30 2 * * *", "00:00 00:30")]
    [InlineData("15 2,3 * * *", "00:15 02:15")]
    [InlineData("*/30 2 * * *", "00:00 00:30 01:00 01:30")]
    [InlineData("0-15/15 2 * * *", "00:00 00:15 01:00 01:15")]
    [InlineData("0 2-3 * * *", "00:00 01:00 02:00")]
    [InlineData("30 * * * *", "00:30 01:30 02:30")]
    public void When_clocks_go_back_only_fixed_times_come_once(string cron, string due) =>
        Assert.Equal(due, DueOn("2026-10-25", cron));

    /// <summary>On 2026-03-29 in Berlin, 02:00 to 03:00 does not exist: 03:00 follows at 01:00Z.</summary>
    [Theory]
    [InlineData("30 2 * * *", "01:00")]
    [InlineData("0,30 2 * * *", "01:00")]
    [InlineData("15 2,3 * * *", "01:00 01:15")]
    [InlineData("*/30 2 * * *", "01:00")]
    [InlineData("0 2-3 * * *", "01:00")]
    [InlineData("30 * * * *", "00:30 01:00 01:30 02:30")]
    public void When_clocks_go_forward_a_skipped_time_comes_right_after_the_gap(string cron, string due) =>
        Assert.Equal(due, DueOn("2026-03-29", cron));

    /// <summary>Names that a time zone database may have as files but that are no IANA zones, and names of other systems.</summary>
    [Theory]
    [InlineData("Local")]
    [InlineData("localtime")]
    [InlineData("posixrules")]
    [InlineData("Europe")]
    [InlineData("zone.tab")]
    [InlineData("tzdata.zi")]
    [InlineData("../../../etc/localtime")]
    [InlineData("../zoneinfo/Europe/Berlin")]
    [InlineData("/usr/share/zoneinfo/Europe/Berlin")]
    [InlineData("posix/Europe/Berlin")]
    [InlineData("right/Europe/Berlin")]
    [InlineData("W. Europe Standard Time")]
    [InlineData("europe/berlin")]
    [InlineData("Europe/Berlin ")]
    [InlineData("UTC+2")]
    [InlineData("CET-1CEST")]
    [InlineData("America/NewYork")]
    [InlineData("Europe/Ber\u0000lin")]
    public void What_is_no_IANA_name_is_refused_as_a_time_zone(string zone) =>
        Assert.NotNull(Schedule.Problem("0 2 * * *", zone, TimeSpan.FromSeconds(1)));

    [Theory]
    [InlineData("UTC")]
    [InlineData("Etc/UTC")]
    [InlineData("Europe/Kyiv")]
    [InlineData("Europe/Kiev")]
    [InlineData("Asia/Ho_Chi_Minh")]
    [InlineData("America/Argentina/Buenos_Aires")]
    public void An_IANA_name_is_accepted(string zone) =>
        Assert.Null(Schedule.Problem("0 2 * * *", zone, TimeSpan.FromSeconds(1)));

    /// <summary>The system's lookup remembers zones and ignores the case of those that it knows.</summary>
    [Theory]
    [InlineData("Europe/Berlin", "Europe/BERLIN")]
    [InlineData("UTC", "Utc")]
    [InlineData("Etc/UTC", "Etc/Utc")]
    public void The_case_counts_though_the_zone_is_known_already(string known, string zone)
    {
        Assert.Null(Schedule.Problem("0 2 * * *", known, TimeSpan.FromSeconds(1)));

        Assert.NotNull(Schedule.Problem("0 2 * * *", zone, TimeSpan.FromSeconds(1)));
    }

    /// <summary>The due times from midnight to 03:00, both UTC.</summary>
    private static string DueOn(string day, string cron)
    {
        var schedule = Schedule.Of(A.Flow() with { Schedule = cron, TimeZone = "Europe/Berlin" });
        var midnight = DateTimeOffset.Parse($"{day}T00:00:00Z", CultureInfo.InvariantCulture);
        var due = schedule.Newest(midnight.AddTicks(-1), midnight.AddHours(3).AddTicks(-1), most: 100);
        return string.Join(' ', due.Select(at => at.ToString("HH:mm", CultureInfo.InvariantCulture)));
    }

    /// <summary>The time between due times, and what of it a clock counts that stands still in long breaks.</summary>
    [Theory]
    [InlineData("@every 90s", "UTC", 1.5, 1.5)]
    [InlineData("*/5 * * * *", "UTC", 5, 5)]
    [InlineData("0 3 * * *", "Europe/Berlin", 1440, 1440)]
    [InlineData("0 9,17 * * *", "UTC", 720, 480)]
    [InlineData("*/10 8-9 * * *", "Asia/Shanghai", 120, 10)]
    [InlineData("0 3 * * 1-5", "UTC", 2016, 1440)]
    [InlineData("0 3 * * 1", "UTC", 10080, 10080)]
    [InlineData("0 3 1 * *", "UTC", 43830, 43020)]
    public void Pace_tells_how_fast_due_times_come(string schedule, string zone, double period, double observed)
    {
        var pace = Schedule.Find(schedule, zone)!.Pace()!.Value; // each has due times

        Assert.Equal((period, observed), (pace.Period.TotalMinutes, pace.Observed.TotalMinutes));
        Assert.Equal(1440 / period, (double)Schedule.Find(schedule, zone)!.SlotsADay(), 0.001); // it can be read
    }

    [Fact]
    public void A_schedule_without_due_times_has_no_pace() => Assert.Null(Schedule.Find("0 0 30 2 *", "UTC")!.Pace());
}
