using System.Text;
using CsCheck;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.Reports;

/// <summary>Whatever a pod writes into its termination log, reading it never throws.</summary>
public sealed class ReportTests
{
    private const int Stores = 3;

    private static readonly Gen<string> Names = Gen.OneOf(
        "\"v\"",
        "\"s\"",
        "\"e\"",
        "\"t\"",
        "\"ok\"",
        "\"failed\"",
        "\"more\"",
        "\"calls\"",
        "\"spent\"",
        "\"orders\"",
        "\"\"",
        "\"\\u0073\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00x\""
    );

    private static readonly Gen<string> Scalars = Gen.OneOf(
        Names,
        Gen.OneOf("null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e2", "1e400"),
        Gen.OneOf("100000000", "100000001", "9223372036854775807", "9223372036854775808")
    );

    /// <summary>JSON in which each value may be of any kind, also of a wrong one.</summary>
    private static readonly Gen<string> AnyJson = Values(depth: 4);

    /// <summary>A report in which only the stores and one more member are random.</summary>
    private static readonly Gen<string> AlmostReports = Gen.Select(
        Gen.Select(Names, Values(depth: 2)).Array[0, 4],
        Gen.Select(Names, Values(depth: 2)),
        (members, more) => $$"""{"v":1,"s":[{{ObjectOf(members)}}],{{more.Item1}}:{{more.Item2}}}"""
    );

    private static readonly Gen<string> AnyText = Gen.OneOf(
        AnyJson,
        AlmostReports,
        Gen.Byte.Array[0, 5000].Select(bytes => Encoding.UTF8.GetString(bytes)),
        Gen.Char.Array[0, 500].Select(characters => new string(characters))
    );

    [Fact]
    public void No_text_makes_the_parser_throw() =>
        AnyText.Sample(
            text =>
            {
                var report = Report.Parse(text, Stores);

                if (report is Report.Read read)
                {
                    Assert.Equal(Stores, read.Stores.Length);
                    Assert.All(read.Stores.OfType<StoreReport>(), s => Assert.True(s is { Ok: >= 0, Failed: >= 0 }));
                    Assert.All(read.Calls.Total.Values, calls => Assert.True(calls >= 0));
                }
            },
            iter: 20_000
        );

    /// <summary>Many runtimes, .NET and PowerShell among them, write it before UTF-8.</summary>
    [Fact]
    public void A_report_that_begins_with_a_byte_order_mark_is_read()
    {
        var report = Report.Parse("\uFEFF{\"v\":1,\"s\":[{\"ok\":3}]}", storeCount: 1);

        Assert.IsType<Report.Read>(report);
    }

    [Fact]
    public void A_report_that_begins_with_a_byte_order_mark_is_not_said_to_be_cut()
    {
        var report = Report.Parse("\uFEFF{\"v\":1,\"s\":[{\"ok\":3}]}", storeCount: 1);

        var why = report is Report.Unreadable unreadable ? unreadable.Why : "";
        Assert.DoesNotContain("4096", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData("\uFEFF \n")]
    public void A_byte_order_mark_alone_is_no_report(string text) =>
        Assert.IsType<Report.Missing>(Report.Parse(text, storeCount: 1));

    [Theory]
    [InlineData(20, "it is not JSON")]
    [InlineData(4000, "it is not JSON")]
    [InlineData(4093, "it is not JSON; a report longer than 4096 bytes loses its beginning")]
    [InlineData(4096, "it is not JSON; a report longer than 4096 bytes loses its beginning")]
    public void Only_a_text_that_fills_the_log_is_said_to_be_cut(int bytes, string why)
    {
        var report = Report.Parse(new string('x', bytes), storeCount: 1);

        Assert.Equal(new Report.Unreadable(why), report);
    }

    [Theory]
    [InlineData("{\"v\":1,\"s\":[{\"ok\":3}]}\0")]
    [InlineData("{\"v\":1,\"s\":[{\"ok\":3}]}\n\n")]
    [InlineData("\r\n{\"v\":1,\"s\":[{\"ok\":3}]}\r\n")]
    [InlineData("{\"v\":1,\"s\":[{\"ok\":3,\"note\":\"\\u0000\\u001b[31m\"}]}")]
    [InlineData("{\"v\":1,\"v\":1,\"s\":[{\"ok\":3}],\"s\":[{\"ok\":4}]}")]
    [InlineData("{\"v\":1.0,\"s\":[{\"ok\":3}]}")]
    [InlineData("{\"v\":1,\"s\":[{\"ok\":1e2}]}")]
    public void A_report_with_odd_bytes_throws_nothing(string text)
    {
        var report = Report.Parse(text, storeCount: 1);

        Assert.NotNull(report);
    }

    [Fact]
    public void A_report_with_half_a_character_is_unreadable()
    {
        string[] reports =
        [
            """{"v":1,"s":[{"ok":1,"failed":1,"e":{"\ud800":1}}]}""",
            """{"v":1,"s":[],"spent":["\ud800"]}""",
            """{"\ud800":1,"v":1,"s":[]}""",
            """{"v":1,"s":[],"calls":{"\ud800":1}}""",
            """{"v":1,"s":[{"ok":1,"failed":0,"note":"\ude00"}]}""",
        ];
        foreach (var report in reports)
        {
            Assert.IsType<Report.Unreadable>(Report.Parse(report, 1));
        }
    }

    [Fact]
    public void A_whole_character_in_two_escapes_is_read() =>
        Assert.IsType<Report.Read>(Report.Parse("""{"v":1,"s":[{"ok":1,"note":"\ud83d\ude00"}]}""", 1));

    [Theory]
    [InlineData("""{"v":"1","s":[]}""")]
    [InlineData("""{"v":[1],"s":[]}""")]
    [InlineData("""{"v":1,"s":{}}""")]
    public void A_member_of_a_wrong_kind_is_unreadable(string report) =>
        Assert.IsType<Report.Unreadable>(Report.Parse(report, 1));

    [Fact]
    public void A_report_with_half_a_character_stops_no_plan()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { RawReport = """{"v":1,"s":[{"ok":1,"failed":1,"e":{"\ud83d":1}}]}""" };
        world.ShipImage(A.Bad);

        world.Run(TimeSpan.FromMinutes(1));

        Given.That(world.Ended.Any(e => e.Entry.Revision != world.Record.Revisions.StableHash), "a run of the version");
        Assert.All(
            world.Ended.Where(e => e.Entry.Revision != world.Record.Revisions.StableHash),
            e => Assert.Equal(Reasons.ReportUnreadable, e.Ending.Reason)
        );
    }

    [Fact]
    public void No_text_of_a_pod_changes_what_becomes_of_the_other_runs()
    {
        var seen = Folds.WithEndedRuns().Observe();
        var others = Others(Planner.Plan(seen));
        Given.That(others.Count == 3, "three other runs that ended");

        AnyText.Sample(
            text => Assert.Equal(others, Others(Planner.Plan(Folds.WithFirstReport(seen, text)))),
            iter: 300
        );
    }

    private static List<(string Pod, string Reason)> Others(Plan plan) =>
        [.. plan.Folded.Where(f => f.Entry.Index > 0).Select(f => (f.PodName, f.Ending.Reason))];

    private static Gen<string> Values(int depth) =>
        depth == 0
            ? Scalars
            : Gen.OneOf(
                Scalars,
                Values(depth - 1).Array[0, 4].Select(values => $"[{string.Join(',', values)}]"),
                Gen.Select(Names, Values(depth - 1)).Array[0, 4].Select(ObjectOf)
            );

    private static string ObjectOf((string Name, string Value)[] members) =>
        $"{{{string.Join(',', members.Select(m => $"{m.Name}:{m.Value}"))}}}";
}
