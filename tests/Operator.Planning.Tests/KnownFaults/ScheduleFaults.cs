using Operator.Planning.Calendar;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

public sealed class ScheduleFaults
{
    [KnownFault("2 of 11", 16)]
    public void Macros_of_the_cron_library_are_refused()
    {
        foreach (var schedule in new[] { "@every_second", "@every_minute", "@hourly", "@daily" })
        {
            Assert.NotNull(Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(1)));
        }
    }

    [KnownFault("4 of 11", 28)]
    public void A_schedule_with_both_kinds_of_day_is_refused()
    {
        foreach (var schedule in new[] { "0 6 1,15 * 1", "0 0 13 * 5", "0 0 1 * */2" })
        {
            Assert.NotNull(Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(30)));
        }
    }
}
