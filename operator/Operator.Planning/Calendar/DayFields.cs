namespace Operator.Planning.Calendar;

/// <summary>
/// The two day fields of cron. With both restricted, cron and Kubernetes' CronJob run on days that match either field, and Cronos on
/// days that match both: <c>0 0 13 * 5</c> is each Friday and each 13th, or about once a year.
/// </summary>
internal static class DayFields
{
    private const int DayOfMonth = 2;
    private const int DayOfWeek = 4;

    /// <summary>What to write instead of a schedule that restricts both; null: it does not.</summary>
    public static string? Problem(string schedule)
    {
        var fields = schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5 || !IsRestricted(fields[DayOfMonth]) || !IsRestricted(fields[DayOfWeek]))
        {
            return null;
        }
        var (byMonth, byWeek) = (With(fields, DayOfWeek), With(fields, DayOfMonth));
        return $"'{schedule}' restricts the day of month and the day of week: some crons run on days that match either field, others on days that match both; write two flows, one with '{byMonth}' and one with '{byWeek}', or restrict one field only";
    }

    /// <summary>Every value of a field, written out, is a restriction to cron.</summary>
    private static bool IsRestricted(string field) => field is not ("*" or "?" or "*/1");

    private static string With(string[] fields, int free) =>
        string.Join(' ', fields.Select((field, i) => i == free ? "*" : field));
}
