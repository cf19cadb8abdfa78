using Xunit.Sdk;

namespace Operator.Cluster.Tests;

/// <summary>Polls until a condition is true. The limit is long: it only ends stories that would never end.</summary>
internal static class Eventually
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns the first value that meets <paramref name="isSo"/>. Throws after the limit, with the goal and the last value.</summary>
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
        throw new XunitException($"After {Limit.TotalSeconds} s not yet reached: {what}. Last value:\n{show(seen)}");
    }
}
