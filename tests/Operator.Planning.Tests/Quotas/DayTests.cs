using CsCheck;
using Operator.Api;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Quotas;

/// <summary>The calls of a run belong to the day in which its container started.</summary>
public sealed class DayTests
{
    private static readonly DateTimeOffset Eve = new(2026, 11, 24, 23, 59, 58, TimeSpan.Zero);
    private static readonly Limit Hundred = new()
    {
        Api = "a",
        Scope = QuotaScope.Application,
        PerDay = 100,
    };

    [Fact]
    public void Calls_that_come_back_belong_to_the_day_of_their_run()
    {
        var dayTwo = Eve.AddSeconds(12);
        var later = dayTwo.AddMinutes(5);
        var book = new ApiBook().Draw(Hundred, "", 50, Eve);
        Given.That(book.ReadyAt(Hundred, "", 60, dayTwo) == dayTwo, "60 calls free on the second day");
        book = book.Draw(Hundred, "", 60, dayTwo);

        // The run of the day before used 10 of its 50 calls.
        book = book.Correct(Hundred, new Correction("", 50, 10) { PromisedAt = Eve, StartedAt = Eve }, later);

        Assert.Equal(40, FreeCalls(book, later));
    }

    [Fact]
    public void Calls_above_the_promise_of_a_day_that_is_over_hold_nobody()
    {
        var dayTwo = Eve.AddSeconds(12);
        var book = new ApiBook().Draw(Hundred, "", 50, Eve);

        book = book.Correct(Hundred, new Correction("", 50, 100) { PromisedAt = Eve, StartedAt = Eve }, dayTwo);

        Assert.Equal(100, FreeCalls(book.Trimmed(dayTwo), dayTwo));
    }

    [Fact]
    public void A_run_that_was_planned_before_midnight_and_started_after_it_made_its_calls_in_the_new_day()
    {
        var (started, ended) = (Eve.AddSeconds(5), Eve.AddSeconds(30));
        var book = new ApiBook().Draw(Hundred, "", 50, Eve);

        book = book.Correct(Hundred, new Correction("", 50, 30) { PromisedAt = Eve, StartedAt = started }, ended);

        Assert.Equal(70, FreeCalls(book, ended));
    }

    [Fact]
    public void A_run_that_never_started_gives_its_calls_back_to_the_day_of_the_promise()
    {
        var (dayTwo, later) = (Eve.AddSeconds(12), Eve.AddMinutes(2));
        var book = new ApiBook().Draw(Hundred, "", 50, Eve).Draw(Hundred, "", 60, dayTwo);

        var late = book.Correct(Hundred, new Correction("", 50, 0) { PromisedAt = Eve }, later);
        var same = book.Correct(Hundred, new Correction("", 60, 0) { PromisedAt = dayTwo }, later);

        Assert.Equal((40, 100), (FreeCalls(late, later), FreeCalls(same, later)));
    }

    /// <summary>A run starts when it is planned. It is folded after the given time, and made this share of its calls.</summary>
    [Fact]
    public void No_day_promises_more_than_its_calls_whenever_runs_are_folded() =>
        Gen.Select(Gen.Int[0, 8000], Gen.Int[1, 40], Gen.Int[1, 20_000], Gen.Int[0, 100])
            .Array[5, 120]
            .Sample(history =>
            {
                var (book, now) = (new ApiBook(), Eve.AddHours(-5));
                var runs = new List<Run>();
                foreach (var (pause, calls, seconds, share) in history)
                {
                    now = now.AddSeconds(pause);
                    foreach (var run in runs.Where(r => !r.IsFolded && r.EndsAt <= now))
                    {
                        var change = new Correction("", run.Calls, run.Made)
                        {
                            PromisedAt = run.At,
                            StartedAt = run.At,
                        };
                        book = book.Correct(Hundred, change, now).Trimmed(now);
                        run.IsFolded = true;
                    }
                    if (book.ReadyAt(Hundred, "", calls, now) == now)
                    {
                        book = book.Draw(Hundred, "", calls, now);
                        runs.Add(new Run(now, calls, calls * share / 100, now.AddSeconds(seconds)));
                    }
                    var taken = runs.Where(r => r.At.Date == now.Date).Sum(r => r.IsFolded ? r.Made : r.Calls);
                    Assert.InRange(taken, 0, 100);
                    Assert.Equal(taken, 100 - FreeCalls(book, now));
                }
            });

    private sealed record Run(DateTimeOffset At, int Calls, int Made, DateTimeOffset EndsAt)
    {
        public bool IsFolded { get; set; }
    }

    private static int FreeCalls(ApiBook book, DateTimeOffset now) =>
        Enumerable.Range(1, 100).LastOrDefault(calls => book.ReadyAt(Hundred, "", calls, now) == now);
}
