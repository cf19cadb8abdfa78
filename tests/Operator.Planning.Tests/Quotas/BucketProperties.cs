using CsCheck;
using Operator.Api;
using Operator.Planning.Actions;
using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Quotas;

/// <summary>In any interval of any history, at most rate × time + burst calls are promised.</summary>
public sealed class BucketProperties
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Limit> Limits = Gen.Select(
        Gen.Long[1, 50],
        Gen.Int[1, 400_000],
        Gen.Long[1, 40],
        (calls, milliseconds, burst) =>
            new Limit
            {
                Api = "x",
                Calls = calls,
                Per = TimeSpan.FromMilliseconds(milliseconds),
                Burst = burst,
            }
    );

    /// <summary>Time in ticks, requested calls, and the share of the calls that are made.</summary>
    private static readonly Gen<(long Ticks, int Calls, double Made)[]> Histories = Gen.Select(
        Gen.Frequency((3, Gen.Long[0, 20_000_000]), (1, Gen.Long[0, 9_000_000_000]), (1, Gen.Const(0L))),
        Gen.Int[1, 12],
        Gen.Double[0, 1]
    ).Array[5, 80];

    [Fact]
    public void Promises_keep_within_rate_and_burst() =>
        Gen.Select(Limits, Histories)
            .Sample(
                (limit, history) =>
                {
                    var promised = Promised(limit, history, correct: false);

                    AssertWithin(limit, promised);
                }
            );

    [Fact]
    public void Calls_that_were_made_keep_within_it_when_what_was_not_is_put_back() =>
        Gen.Select(Limits, Histories)
            .Sample(
                (limit, history) =>
                {
                    var made = Promised(limit, history, correct: true);

                    AssertWithin(limit, made);
                }
            );

    [Fact]
    public void What_is_not_there_is_there_at_the_instant_that_is_told_and_not_before() =>
        Gen.Select(Limits, Histories)
            .Sample(
                (limit, history) =>
                {
                    var (book, now) = (new ApiBook(), Start);
                    foreach (var (ticks, calls, _) in history.Where(h => h.Calls <= limit.Burst))
                    {
                        now += TimeSpan.FromTicks(ticks);
                        var ready = book.ReadyAt(limit, "s", calls, now)!.Value; // not above the burst
                        Assert.Equal(ready, book.ReadyAt(limit, "s", calls, ready));
                        if (ready > now)
                        {
                            Assert.True(
                                book.ReadyAt(limit, "s", calls, ready.AddMilliseconds(-1)) > ready.AddMilliseconds(-1)
                            );
                        }
                        now = ready;
                        book = book.Draw(limit, "s", calls, now);
                    }
                }
            );

    [Fact]
    public void Forgetting_full_buckets_changes_nothing() =>
        Gen.Select(Limits, Histories)
            .Sample(
                (limit, history) =>
                {
                    var (kept, trimmed, now) = (new ApiBook(), new ApiBook(), Start);
                    foreach (var (ticks, calls, _) in history)
                    {
                        now += TimeSpan.FromTicks(ticks);
                        Assert.Equal(kept.ReadyAt(limit, "s", calls, now), trimmed.ReadyAt(limit, "s", calls, now));
                        (kept, trimmed) = (
                            kept.Draw(limit, "s", calls, now),
                            trimmed.Draw(limit, "s", calls, now).Trimmed(now)
                        );
                    }
                }
            );

    [Fact]
    public void Another_rate_gives_no_calls_away_and_takes_few() =>
        Gen.Select(Limits, Limits, Gen.Int[1, 40])
            .Sample(
                (before, after, calls) =>
                {
                    after = after with { Burst = 1_000_000 };
                    var drawn = new ApiBook().Draw(before, "s", calls, Start);

                    var converted = drawn.Draw(after, "s", 0, Start);

                    var missing = after.CallsIn(converted.FullAt["s"] - Start.ToUnixTimeMilliseconds());
                    Assert.InRange(missing, calls, calls + 2 + (after.Calls / after.Per.TotalMilliseconds) + 1);
                }
            );

    [Fact]
    public void A_clock_that_goes_back_gives_no_calls_away()
    {
        var limit = Limit.Of(new Quota { Api = "x", Rate = new Rate("1/180s") }, "UTC")!; // a good rate
        var drawn = new ApiBook().Draw(limit, "s", 1, Start);

        var ready = drawn.ReadyAt(limit, "s", 1, Start.AddHours(-1));

        Assert.Equal(Start.AddSeconds(180), ready);
    }

    [Theory]
    [InlineData("America/Los_Angeles", "2026-11-24T12:00:00Z", "2026-11-25T08:00:00Z")]
    [InlineData("America/Los_Angeles", "2026-03-08T12:00:00Z", "2026-03-09T07:00:00Z")]
    [InlineData("Asia/Singapore", "2026-11-24T15:59:59Z", "2026-11-24T16:00:00Z")]
    [InlineData("Asia/Singapore", "2026-11-24T16:00:00Z", "2026-11-25T16:00:00Z")]
    [InlineData("UTC", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")]
    public void The_calls_of_a_day_are_back_when_the_marketplaces_day_begins(string zone, string drawnAt, string backAt)
    {
        var limit = Limit.Of(new Quota { Api = "x", PerDay = 10 }, zone)!; // a good quota
        var at = DateTimeOffset.Parse(drawnAt, System.Globalization.CultureInfo.InvariantCulture);

        var book = new ApiBook().Draw(limit, "", 9, at);

        Assert.Equal(at, book.ReadyAt(limit, "", 1, at));
        Assert.Equal(
            DateTimeOffset.Parse(backAt, System.Globalization.CultureInfo.InvariantCulture),
            book.ReadyAt(limit, "", 2, at)
        );
        Assert.Null(book.ReadyAt(limit, "", 11, at));
    }

    private static List<(DateTimeOffset At, long Calls)> Promised(
        Limit limit,
        (long Ticks, int Calls, double Made)[] history,
        bool correct
    )
    {
        var (book, now) = (new ApiBook(), Start);
        var promised = new List<(DateTimeOffset, long)>();
        (int Calls, int Made, DateTimeOffset At)? running = null;
        foreach (var (ticks, calls, share) in history)
        {
            now += TimeSpan.FromTicks(ticks);
            if (running is { } run)
            {
                promised.Add((run.At, run.Made));
                book = book.Correct(limit, new Correction("s", run.Calls, run.Made), now).Trimmed(now);
                running = null;
            }
            if (book.ReadyAt(limit, "s", calls, now) <= now)
            {
                book = book.Draw(limit, "s", calls, now).Trimmed(now);
                running = (calls, correct ? (int)Math.Round(calls * share) : calls, now);
            }
        }
        return promised;
    }

    private static void AssertWithin(Limit limit, List<(DateTimeOffset At, long Calls)> promised)
    {
        for (var first = 0; first < promised.Count; first++)
        {
            var sum = 0L;
            foreach (var (at, calls) in promised.Skip(first))
            {
                sum += calls;
                var ticks = (at - promised[first].At).Ticks;
                Assert.True(
                    (Int128)(sum - limit.Burst) * limit.Per.Ticks <= (Int128)ticks * limit.Calls,
                    $"{sum} calls in {TimeSpan.FromTicks(ticks)} under {limit}"
                );
            }
        }
    }
}
