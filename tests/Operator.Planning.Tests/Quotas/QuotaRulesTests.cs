using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Quotas;

namespace Operator.Planning.Tests.Quotas;

public sealed class QuotaRulesTests
{
    [Theory]
    [InlineData("*/5 * * * *", null)]
    [InlineData("*/3 * * * *", null)]
    [InlineData("@every 3m", null)]
    [InlineData(
        "* * * * *",
        "spec.flows: 'orders.searchOrders' is called flow 'orders' 1440 times a day × 1 = 1440 times a day, its quota "
            + "(1/180s, burst 20, per store) allows 480; run every 180s or more rarely, or raise spec.quotas if the marketplace grants more"
    )]
    [InlineData(
        "@every 2m",
        "spec.flows: 'orders.searchOrders' is called flow 'orders' 720 times a day × 1 = 720 times a day, its quota "
            + "(1/180s, burst 20, per store) allows 480; run every 180s or more rarely, or raise spec.quotas if the marketplace grants more"
    )]
    public void A_schedule_that_its_quota_can_never_sustain_is_refused(string schedule, string? finding)
    {
        var findings = QuotaRules.Check(Spec(schedule, "orders.searchOrders"));

        Assert.Equal(finding is null ? [] : [finding], findings.Select(f => f.ToString()));
    }

    [Theory]
    [InlineData("* 9-10 * * *", 120)]
    [InlineData("0 0 * * 1", 1.0 / 7)]
    [InlineData("*/30 0-11 1,15 * *", 24.0 * 2 / 28)]
    [InlineData("@every 10m", 144)]
    [InlineData("45 1 1 * *", 48.0 / 1461)]
    [InlineData("0 3 31 * *", 28.0 / 1461)]
    [InlineData("0 3 1 1 *", 4.0 / 1461)]
    public void Slots_a_day_are_counted_over_whole_weeks(string schedule, double slots)
    {
        Assert.Equal(slots, (double)Schedule.Of(A.Flow() with { Schedule = schedule }).SlotsADay(), 3);
    }

    [Fact]
    public void Flows_that_use_one_api_are_added_up()
    {
        var spec = Spec("*/5 * * * *", "orders.searchOrders");
        spec = spec with { Flows = [spec.Flows[0], spec.Flows[0] with { Name = "returns" }] };

        var finding = Assert.Single(QuotaRules.Check(spec));

        Assert.Contains(
            "flow 'orders' 288 times a day × 1 + flow 'returns' 288 times a day × 1 = 576 times a day",
            finding.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_users_quota_overrides_the_marketplaces()
    {
        var spec = Spec("* * * * *", "orders.searchOrders") with
        {
            Quotas = [new Quota { Api = "orders.searchOrders", Rate = new Rate("1/60s") }],
        };

        Assert.Empty(QuotaRules.Check(spec));
    }

    [Fact]
    public void An_api_of_which_no_quota_is_known_is_a_slip_of_the_pen()
    {
        var finding = Assert.Single(QuotaRules.Check(Spec("*/5 * * * *", "orders.serchOrders")));

        Assert.Equal("spec.flows[0].uses[0]", finding.Path);
        Assert.StartsWith(
            "no quota of 'orders.serchOrders' is known; add it to spec.quotas or correct the name (known are orders.searchOrders",
            finding.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void More_calls_in_a_run_than_the_bucket_ever_holds_are_refused()
    {
        var finding = Assert.Single(QuotaRules.Check(Spec("0 0 * * *", "orders.searchOrders", calls: 21)));

        Assert.Contains("21 calls at once are more than", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flow_that_names_no_uses_is_advised_and_not_refused()
    {
        var spec = Spec("* * * * *", "orders.searchOrders");
        spec = spec with { Flows = [spec.Flows[0] with { Uses = [] }] };

        Assert.Empty(QuotaRules.Check(spec));
        Assert.Contains("= 1440 times a day", QuotaRules.Doubtful(spec), StringComparison.Ordinal);
        Assert.Null(QuotaRules.Doubtful(spec with { Marketplace = Marketplace.Custom }));
        Assert.Null(QuotaRules.Doubtful(spec with { Flows = [spec.Flows[0] with { Schedule = "*/5 * * * *" }] }));
    }

    private static ConnectorSpec Spec(string schedule, string api, int calls = 1) =>
        A.Connector(DateTimeOffset.UnixEpoch, stores: 1).Spec with
        {
            Flows =
            [
                A.Flow() with
                {
                    Schedule = schedule,
                    Uses = ImmutableArray.Create(new ApiUse { Api = api, CallsPerStore = calls }),
                },
            ],
        };
}
