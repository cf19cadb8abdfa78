using Operator.Planning.Calendar;
using Operator.Planning.Facts;

namespace Operator.Planning.Tests.FreshEyes;

/// <summary>Inputs that made comparable systems stop or say something false.</summary>
public sealed class OddInputStories
{
    /// <summary>Names that a time zone database may have as files but that are no IANA zones, and names of other systems.</summary>
    [Theory]
    [InlineData("Local")]
    [InlineData("localtime")]
    [InlineData("posixrules")]
    [InlineData("Europe")]
    [InlineData("zone.tab")]
    [InlineData("tzdata.zi")]
    [InlineData("../../../etc/localtime")]
    [InlineData("../zoneinfo/Europe/Berlin")]
    [InlineData("/usr/share/zoneinfo/Europe/Berlin")]
    [InlineData("posix/Europe/Berlin")]
    [InlineData("right/Europe/Berlin")]
    [InlineData("W. Europe Standard Time")]
    [InlineData("europe/berlin")]
    [InlineData("Europe/Berlin ")]
    [InlineData("UTC+2")]
    [InlineData("CET-1CEST")]
    [InlineData("America/NewYork")]
    [InlineData("Europe/Ber\u0000lin")]
    public void What_is_no_IANA_name_is_refused_as_a_time_zone(string zone) =>
        Assert.NotNull(Schedule.Problem("0 2 * * *", zone, TimeSpan.FromSeconds(1)));

    [Theory]
    [InlineData("UTC")]
    [InlineData("Etc/UTC")]
    [InlineData("Europe/Kyiv")]
    [InlineData("Europe/Kiev")]
    [InlineData("Asia/Ho_Chi_Minh")]
    [InlineData("America/Argentina/Buenos_Aires")]
    public void An_IANA_name_is_accepted(string zone) =>
        Assert.Null(Schedule.Problem("0 2 * * *", zone, TimeSpan.FromSeconds(1)));

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
}
