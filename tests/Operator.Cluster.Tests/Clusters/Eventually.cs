using Xunit.Sdk;

namespace Operator.Cluster.Tests;

/// <summary>Looks again and again until it is so. Limits are generous: they only end a story that would never end.</summary>
internal static class Eventually
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns the first look that is so; else says what was awaited and what was last seen.</summary>
    public static async Task<T> IsSoAsync<T>(
        string what,
        Func<Task<T>> look,
        Func<T, bool> isSo,
        Func<T, string> show,
        CancellationToken ct
    )
    {
        using var timer = new PeriodicTimer(Pause);
        var begin = TimeProvider.System.GetTimestamp();
        T seen;
        do
        {
            seen = await look();
            if (isSo(seen))
            {
                return seen;
            }
        } while (TimeProvider.System.GetElapsedTime(begin) < Limit && await timer.WaitForNextTickAsync(ct));
        throw new XunitException($"After {Limit.TotalSeconds} s still not so: {what}. Last seen:\n{show(seen)}");
    }
}
