using Operator.Api;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Tests;

public sealed class CohortOrderTests
{
    [Theory]
    [InlineData("90%", 4, 3)]
    [InlineData("99%", 3, 2)]
    [InlineData("99%", 40, 39)]
    [InlineData("99.9%", 250, 249)]
    [InlineData("50%", 2, 1)]
    [InlineData("75%", 2, 1)]
    [InlineData("0.1%", 2, 1)]
    public void A_share_below_100_percent_leaves_at_least_one_store_out(string share, int stores, int places) =>
        Assert.Equal(places, CohortOrder.Places(new StoreShare(share), stores));

    [Theory]
    [InlineData("100%", 4, 4)]
    [InlineData("4", 4, 4)]
    [InlineData("9", 4, 4)]
    [InlineData("99%", 1, 1)]
    [InlineData("1%", 1, 1)]
    [InlineData("99%", 0, 0)]
    public void All_stores_are_reached_by_100_percent_by_a_number_and_where_there_is_only_one(
        string share,
        int stores,
        int places
    ) => Assert.Equal(places, CohortOrder.Places(new StoreShare(share), stores));
}
