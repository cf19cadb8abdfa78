using Operator.Planning.Calendar;

namespace Operator.Planning.Tests.Due;

/// <summary>The sentences of the CRD about daylight saving, in Berlin in 2026.</summary>
public sealed class ClockChangeTests
{
    private static readonly DateTimeOffset Autumn = new(2026, 10, 24, 23, 0, 0, TimeSpan.Zero); // the hour from 2 comes at 0Z and 1Z
    private static readonly DateTimeOffset Spring = new(2026, 3, 28, 23, 30, 0, TimeSpan.Zero); // 2 to 3 is left out at 1Z

    [Theory]
    [InlineData("30 2 * * *", 1)]
    [InlineData("0,30 2 * * *", 2)]
    [InlineData("30 1,2,3 * * *", 3)]
    [InlineData("*/30 2 * * *", 4)]
    [InlineData("0-1 2 * * *", 4)]
    [InlineData("30 1-3 * * *", 4)]
    [InlineData("30 */2 * * *", 3)] // 2 twice, 4; 0 was before
    public void When_clocks_go_back(string schedule, int slots) =>
        Assert.Equal(slots, Slots(schedule, Autumn, Autumn.AddHours(4.9)));

    [Theory]
    [InlineData("30 2 * * *", 1)]
    [InlineData("0,30 2 * * *", 1)]
    [InlineData("*/30 2 * * *", 1)]
    [InlineData("15 */2 * * *", 1)]
    public void When_clocks_go_forward_a_skipped_due_time_comes_once(string schedule, int slots) =>
        Assert.Equal(slots, Slots(schedule, Spring, Spring.AddHours(2)));

    private static long Slots(string schedule, DateTimeOffset from, DateTimeOffset until) =>
        Schedule.Of(A.Flow() with { Schedule = schedule, TimeZone = "Europe/Berlin" }).Between(from, until).Count;
}
