using System.Collections.Concurrent;
using System.Globalization;

namespace Marketplace;

/// <summary>
/// The orders of every store: one order every two seconds since the Unix epoch, computed from the clock, so that no order needs
/// to be stored. Every fifth order has a total above 1,000, written with a thousands separator.
/// </summary>
public static class Orders
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static IEnumerable<Order> Between(string store, DateTimeOffset since, DateTimeOffset until)
    {
        for (var number = Number(since) + 1; number <= Number(until); number++)
        {
            yield return new Order(
                string.Create(CultureInfo.InvariantCulture, $"{store}-{number}"),
                Total(number).ToString("N2", CultureInfo.InvariantCulture)
            );
        }
    }

    /// <summary>The total of an order by its id; null: the id is not an order of the store.</summary>
    public static decimal? TotalOf(string store, string id) =>
        id.StartsWith(store + "-", StringComparison.Ordinal)
        && long.TryParse(id[(store.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Total(number)
            : null;

    private static long Number(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / Interval.Ticks;

    private static decimal Total(long number) => number % 5 == 0 ? 1234.50m + (number % 7) : 19.90m + (number % 80);
}

public sealed record Order(string Id, string Total);

/// <summary>A token bucket per key: it allows <c>burst</c> calls at once and refills at a steady rate.</summary>
public sealed class Quota(double perSecond, int burst, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (double Tokens, long At)> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one token and returns null; without a token, returns the time until the next one.</summary>
    public TimeSpan? Take(string key)
    {
        TimeSpan? wait = null;
        _buckets.AddOrUpdate(
            key,
            _ => (burst - 1, time.GetTimestamp()),
            (_, bucket) =>
            {
                var tokens = Math.Min(burst, bucket.Tokens + (time.GetElapsedTime(bucket.At).TotalSeconds * perSecond));
                wait = tokens >= 1 ? null : TimeSpan.FromSeconds((1 - tokens) / perSecond);
                return (tokens >= 1 ? tokens - 1 : tokens, time.GetTimestamp());
            }
        );
        return wait;
    }
}

/// <summary>Counts acknowledgements by worker version and outcome.</summary>
public sealed class Statistics
{
    private readonly ConcurrentDictionary<(string Version, string Outcome), long> _counts = new();

    public void Count(string version, string outcome) => _counts.AddOrUpdate((version, outcome), 1, (_, n) => n + 1);

    public SortedDictionary<string, long> All() =>
        new(_counts.ToDictionary(c => $"{c.Key.Version} {c.Key.Outcome}", c => c.Value), StringComparer.Ordinal);
}
