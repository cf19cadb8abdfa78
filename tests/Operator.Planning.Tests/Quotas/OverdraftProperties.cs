using System.Collections.Immutable;
using CsCheck;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Quotas;

/// <summary>Whatever number a worker reports, a bucket owes at most a day, and no arithmetic overflows.</summary>
public sealed class OverdraftProperties
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Every quota that the validator accepts.</summary>
    private static readonly Gen<Limit> Limits = Gen.Select(
        Gen.OneOf(Gen.Long[1, 999_999_999], Gen.Long[1, 3]),
        Gen.OneOf(Gen.Long[10_000, 10_000_000], Gen.Long[10_000, TimeSpan.TicksPerDay * 3660]),
        Gen.OneOf(Gen.Long[1, 1_000_000], Gen.Long[1, 999_999_999]),
        Gen.Long[0, 1_000_000_000],
        Gen.OneOf(QuotaScope.Store, QuotaScope.Application),
        (calls, ticks, burst, day, scope) =>
            new Limit
            {
                Api = "x",
                Scope = scope,
                Calls = calls,
                Per = TimeSpan.FromTicks(ticks),
                Burst = burst,
                PerDay = day == 0 ? null : day,
            }
    );

    private static readonly Gen<long> AnyCount = Gen.OneOf(
        Gen.Long[0, 100],
        Gen.Long[0, 100_000_000],
        Gen.Long[0, long.MaxValue]
    );

    private static readonly Gen<(Limit Limit, long Promised, long Made, int Seconds)> Steps = Gen.Select(
        Limits,
        Gen.Long[0, 500_000],
        AnyCount,
        Gen.Int[0, 200_000]
    );

    [Fact]
    public void A_bucket_owes_at_most_a_day_whatever_is_reported() =>
        Steps
            .Array[1, 30]
            .Sample(steps =>
            {
                var (book, now) = (new ApiBook(), Start);
                foreach (var (limit, promised, made, seconds) in steps)
                {
                    now = now.AddSeconds(seconds);
                    var change = new Correction("s", promised, made) { PromisedAt = now, StartedAt = now };
                    book = book.Draw(limit, "s", promised, now).Correct(limit, change, now);

                    var latest = now.ToUnixTimeMilliseconds() + limit.CostOf(limit.Burst) + 86_400_001;
                    Assert.InRange(book.FullAt.GetValueOrDefault("s"), 0, latest);
                    var ready = book.ReadyAt(limit, "s", calls: 1, now);
                    Assert.InRange(ready ?? now, now, now.AddDays(1).AddMilliseconds(limit.CostOf(1) + 2));
                }
            });

    [Fact]
    public void A_bucket_that_gets_more_back_than_it_lacks_is_full_now()
    {
        // A promise of 300,000 calls at one call in a century is put back: more time than there is since 1970.
        var limit = new Limit
        {
            Api = "x",
            Calls = 1,
            Per = TimeSpan.FromDays(36_500),
            Burst = 1,
        };
        var drawn = new ApiBook().Draw(limit, "s", calls: 1, Start);

        var book = drawn.Correct(limit, new Correction("s", Promised: 300_000, Made: 0), Start);

        Assert.Equal(Start.ToUnixTimeMilliseconds(), book.FullAt["s"]);
    }

    /// <summary>A flow with such a quota stands still; the reports of its last runs are counted all the same.</summary>
    [Fact]
    public void A_quota_that_the_validator_refuses_breaks_no_plan()
    {
        var limit = new Limit
        {
            Api = "x",
            Calls = 1,
            Per = TimeSpan.FromDays(1),
            Burst = -100,
        };

        var book = new ApiBook().Draw(limit, "s", calls: 1, Start).Correct(limit, new Correction("s", 1, 5), Start);

        Assert.InRange(book.FullAt["s"], Start.ToUnixTimeMilliseconds(), long.MaxValue);
    }

    [Fact]
    public void A_report_counts_as_no_more_than_its_run_can_have_made() =>
        Gen.Select(Limits, Gen.Int[0, 10_000], Gen.Long[0, 100_000_000], Gen.Long[0, 200_000], Gen.Int[1, 50])
            .Sample(
                (any, promised, reported, seconds, stores) =>
                {
                    var quotas = TableOf(any);
                    var limit = quotas.Find("x")!; // the flow uses it
                    var run = Ended(EntryOf(promised, stores), TimeSpan.FromSeconds(seconds), reported);

                    var record = QuotaCorrections.After(new ConnectorRecord(), run, quotas);

                    // The entry's timeouts and the grace of its pod last 690 s.
                    var most = Most(limit, promised, stores, (int)Math.Min(seconds, 690));
                    var owed = record
                        .Quotas.Of("x")
                        .FullAt.Values.DefaultIfEmpty(run.At.ToUnixTimeMilliseconds())
                        .Max();
                    Assert.InRange(owed - run.At.ToUnixTimeMilliseconds(), 0, limit.CostOf(most) + 1);
                }
            );

    private static long Most(Limit limit, int promised, int stores, int seconds)
    {
        var all = limit.Scope == QuotaScope.Application ? (long)promised * stores : promised;
        var byRate = (Int128)limit.Burst + ((Int128)seconds * TimeSpan.TicksPerSecond * limit.Calls / limit.Per.Ticks);
        // The promise of these runs was never drawn, so only what is above it is owed.
        return (long)Int128.Min(long.MaxValue, Int128.Max(0, byRate - all));
    }

    private static Entry EntryOf(int promised, int stores) =>
        new()
        {
            Stores = [.. Enumerable.Range(1, stores).Select(i => $"s{i}")],
            StartBy = Start,
            Deadline = Start.AddSeconds(660),
            Promised = ImmutableSortedDictionary<string, int>.Empty.Add("x", promised),
        };

    private static RunEnded Ended(Entry entry, TimeSpan ran, long reported)
    {
        var calls = ImmutableSortedDictionary<string, long>.Empty.Add("x", reported);
        var ending = new RunEnding
        {
            Result = RunResult.Succeeded,
            HasStarted = true,
            HasReport = true,
            StartedAt = Start,
            Ran = ran,
            Reports = [.. entry.Stores.Select(_ => new StoreReport(1, 0, ImmutableSortedDictionary<char, long>.Empty))],
            Calls = new ReportedCalls { Total = calls },
        };
        var ended = entry with { Result = RunResult.Succeeded, EndedAt = Start.AddDays(3) };
        return new RunEnded("orders", new Occasion { Id = "s1", Slot = Start }, ended, ending, "pod");
    }

    private static QuotaTable TableOf(Limit limit) =>
        QuotaTable.Of(
            new ConnectorSpec
            {
                Marketplace = Marketplace.Custom,
                Flows = [new Flow { Name = "orders", Uses = [new ApiUse { Api = "x" }] }],
                Quotas =
                [
                    new Quota
                    {
                        Api = "x",
                        Scope = limit.Scope,
                        Rate = new Rate(limit.RateText()),
                        Burst = (int)limit.Burst,
                        PerDay = limit.PerDay,
                    },
                ],
            }
        );
}
