using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Quotas;

namespace Operator.Planning.Tests.Marketplaces;

public sealed class ProfileTests
{
    public static TheoryData<Marketplace> Known =>
        [.. Enum.GetValues<Marketplace>().Where(m => m is not (Marketplace.Unknown or Marketplace.Custom))];

    [Theory]
    [MemberData(nameof(Known))]
    public void Every_marketplace_has_a_profile_whose_quotas_a_user_could_have_written(Marketplace marketplace)
    {
        var profile = Profiles.Of(marketplace);

        Assert.Equal(marketplace, profile.Marketplace);
        Assert.NotEmpty(profile.StoreKeys);
        Assert.Distinct(profile.Apis.Select(a => a.Quota.Api));
        Assert.All(profile.Apis, a => Assert.NotNull(Limit.Of(a.Quota, profile.DayZone)));
        var published = profile.Apis.Select(a => a.Quota).Where(q => q.Rate is not null || q.PerDay is not null);
        var connector = A.Connector(DateTimeOffset.UnixEpoch);
        var written = connector with { Spec = connector.Spec with { Quotas = [.. published] } };
        Assert.Empty(new ConnectorRules(new ConnectorRuleOptions()).Check(written));
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void Every_number_names_its_source_and_when_it_was_read(Marketplace marketplace)
    {
        var profile = Profiles.Of(marketplace);

        var sources = profile.Apis.Select(a => a.Source).Concat(profile.Sunsets.Select(s => s.Source));

        Assert.All(sources, s => Assert.True(s.Name.Length > 10 && s.ReadOn.Year >= 2025, s.ToString()));
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void Usual_uses_are_of_known_apis(Marketplace marketplace)
    {
        var profile = Profiles.Of(marketplace);

        Assert.Subset(
            profile.Apis.Select(a => a.Quota.Api).ToHashSet(),
            profile.UsualUses.Select(u => u.Api).ToHashSet()
        );
    }

    [Fact]
    public void Custom_has_no_profile()
    {
        Assert.Empty(Profiles.Of(Marketplace.Custom).Apis);
    }

    [Theory]
    [InlineData("2026-09-27", null)]
    [InlineData("2026-09-28", Reasons.ApiSunset)]
    [InlineData("2027-03-26", Reasons.ApiSunset)]
    [InlineData("2027-03-27", Reasons.ApiRemoved)]
    public void A_version_that_will_be_removed_is_told_of_half_a_year_before(string today, string? reason)
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Flows = [A.Flow() with { Schedule = "@every 1h", Uses = [new ApiUse { Api = "ordersV0.getOrders" }] }],
            },
        };
        var now = DateTimeOffset.Parse($"{today}T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);

        var plan = Planner.Plan(world.Observe() with { Now = now });

        var condition = plan.ConnectorStatus.Conditions.SingleOrDefault(c => c.Type == Reasons.ApiSunset);
        Assert.Equal(reason, condition?.Reason);
        Assert.Equal("ordersV0.getOrders", Assert.Single(plan.Sunsets).Api);
        Assert.True(reason is null || condition!.Message.Contains("on 2027-03-27; move to orders.searchOrders"));
    }
}
