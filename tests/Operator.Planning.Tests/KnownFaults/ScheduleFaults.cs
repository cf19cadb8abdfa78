using Operator.Planning.Calendar;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

public sealed class ScheduleFaults
{
    [KnownFault("4 of 11", 28)]
    public void A_schedule_with_both_kinds_of_day_is_refused()
    {
        foreach (var schedule in new[] { "0 6 1,15 * 1", "0 0 13 * 5", "0 0 1 * */2" })
        {
            Assert.NotNull(Schedule.Problem(schedule, "UTC", TimeSpan.FromSeconds(30)));
        }
    }
}
