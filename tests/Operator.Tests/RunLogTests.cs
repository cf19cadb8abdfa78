using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Telling;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>The log has one line per store and run, and one line per store that an occasion missed.</summary>
public sealed partial class RunLogTests
{
    [Fact]
    public void Each_store_of_each_occasion_has_one_line_and_a_suspended_one_has_none()
    {
        using var fleet = new ServedFleet();

        fleet.RunFor(TimeSpan.FromSeconds(44));

        var lines = fleet.Log.Select(l => Line().Match(l)).Where(m => m.Success).ToList();
        var told = lines.Select(m => (m.Groups["store"].Value, m.Groups["occasion"].Value)).ToList();
        Assert.Equal(told.Distinct(), told);
        Assert.Equal(8, told.Count);
        Assert.DoesNotContain(told, t => t.Item1 == "s03");
        Assert.All(
            lines.Where(m => m.Groups["store"].Value == "s01"),
            m => Assert.Equal("Synced", m.Groups["outcome"].Value)
        );
        Assert.Equal(
            ["AuthFailed", "MissedByAuth", "MissedByAuth", "MissedByAuth"],
            lines.Where(m => m.Groups["store"].Value == "s02").Select(m => m.Groups["outcome"].Value)
        );
    }

    [Fact]
    public void Due_times_that_nobody_could_plan_have_one_line_for_all_stores()
    {
        using var fleet = new ServedFleet();
        fleet.RunFor(TimeSpan.FromSeconds(18));

        fleet.Sleep(TimeSpan.FromSeconds(60));
        fleet.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(
            5,
            fleet.Log.Count(l =>
                l.Contains("of any store flow orders", StringComparison.Ordinal)
                && l.EndsWith("MissedByDowntime", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public void A_run_that_can_not_be_folded_is_an_error_with_its_cause()
    {
        var lines = new RecentLog();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        var entry = new Entry { Stores = ["s01"], Outcomes = "r" };
        var ending = RunEndings.OfFault(entry, new InvalidOperationException("half a character"));
        var run = new RunEnded("orders", new Occasion { Id = "s1" }, entry, ending, "shop-orders-1");

        new RunLog(factory.CreateLogger<RunLog>()).Tell(ServedFleet.Key, new Plan { Folded = [run] });

        var error = Assert.Single(lines.Lines, l => l.StartsWith("Error: ", StringComparison.Ordinal));
        Assert.Contains("pod shop-orders-1", error, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: half a character", error, StringComparison.Ordinal);
        Assert.Contains(lines.Lines, l => l.Contains("run Failed ReportUnreadable", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_worker_said_as_a_guard_of_its_own_tripped_is_in_the_line_of_each_store()
    {
        var lines = new RecentLog();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        var entry = new Entry { Stores = ["s01", "s02", "s03"], Outcomes = "rrr" };
        var well = new StoreReport(3, 0, ImmutableSortedDictionary<char, long>.Empty);
        var ending = RunEndings.OfFault(entry, new InvalidOperationException("")) with
        {
            Fault = null,
            Reports = [well with { Stop = "prices fell by 90 %" }, well, well with { Stop = "stock is gone" }],
        };
        var run = new RunEnded("orders", new Occasion { Id = "s1" }, entry, ending, "shop-orders-1");

        new RunLog(factory.CreateLogger<RunLog>()).Tell(ServedFleet.Key, new Plan { Folded = [run] });

        Assert.Contains(lines.Lines, l => l.Contains(" s01 ") && l.Contains("prices fell by 90 %"));
        Assert.Contains(lines.Lines, l => l.Contains(" s03 ") && l.Contains("stock is gone"));
        Assert.DoesNotContain(lines.Lines, l => l.Contains(" s02 ") && l.Contains("stop"));
    }

    [GeneratedRegex(
        @"store (?<store>\S+) flow orders occasion (?<occasion>s\d+)( revision \S+ arm \S+)?: (?<outcome>\w+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Line();
}
