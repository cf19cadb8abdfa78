using System.Text;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.Reports;

/// <summary>The kubelet keeps 12,288/n bytes of each termination log of a pod with n containers.</summary>
public sealed class CutReportTests
{
    private static readonly string Whole = WorkerReport.Of(
        Enumerable.Repeat("""{"ok":1234,"failed":12,"e":{"t":6,"i":6},"note":"žluťoučký kůň"}""", 50)
    );

    [Theory]
    [InlineData(4, 3072)]
    [InlineData(5, 2457)]
    [InlineData(7, 1755)]
    [InlineData(12, 1024)]
    public void A_report_that_fills_its_share_was_cut(int containers, int bytes)
    {
        var told = Report.Parse(Kept(bytes), 50, containers);

        var cut = Assert.IsType<Report.Cut>(told);
        Assert.Equal((containers, bytes), (cut.Containers, cut.Bytes));
        Assert.InRange(cut.FittingStores, 1, bytes / 70);
    }

    [Fact]
    public void The_number_of_containers_follows_from_the_length_where_nobody_tells_it() =>
        Assert.Equal(4, Assert.IsType<Report.Cut>(Report.Parse(Kept(3072), 50)).Containers);

    [Theory]
    [InlineData(1, 3072)]
    [InlineData(4, 3071)]
    [InlineData(5, 3072)]
    public void A_broken_report_of_another_length_is_only_unreadable(int containers, int bytes) =>
        Assert.IsType<Report.Unreadable>(Report.Parse(Kept(bytes), 50, containers));

    [Fact]
    public void A_report_that_fits_into_its_share_is_read()
    {
        var stores = Enumerable.Repeat(WorkerReport.Store(10), 3);

        Assert.IsType<Report.Read>(Report.Parse(WorkerReport.Of(stores), 3, containers: 8));
    }

    /// <summary>As the API server shows it: each byte of a character that was cut is replaced.</summary>
    private static string Kept(int bytes) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Whole).AsSpan(0, bytes));
}
