using System.Globalization;

namespace Operator.Bench.World;

/// <summary>
/// A schedule with its next slot at a given second and the slot after it days later. <c>@every</c> is aligned to the Unix epoch,
/// so the interval is a divisor of the instant in seconds.
/// </summary>
internal sealed record DueOnce(DateTimeOffset At, string Schedule)
{
    /// <summary>Between 5 and 40 days: longer than any measurement, shorter than the longest timer.</summary>
    private const long LeastSeconds = 5 * 86_400;
    private const long MostSeconds = 40 * 86_400;

    /// <summary>A daily schedule whose last slot was an hour ago, so nothing is due for about 23 hours.</summary>
    public static string Daily(DateTimeOffset now)
    {
        var quiet = now.AddHours(-1).UtcDateTime;
        return string.Create(CultureInfo.InvariantCulture, $"{quiet.Minute} {quiet.Hour} * * *");
    }

    public static DueOnce NotBefore(DateTimeOffset earliest)
    {
        for (var second = earliest.ToUnixTimeSeconds() + 1; ; second++)
        {
            for (var count = (second / MostSeconds) + 1; second / count >= LeastSeconds; count++)
            {
                if (second % count == 0)
                {
                    var schedule = string.Create(CultureInfo.InvariantCulture, $"@every {second / count}s");
                    return new DueOnce(DateTimeOffset.FromUnixTimeSeconds(second), schedule);
                }
            }
        }
    }
}
