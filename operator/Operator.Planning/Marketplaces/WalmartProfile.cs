using Operator.Api;

namespace Operator.Planning.Marketplaces;

internal static class WalmartProfile
{
    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Walmart,
            AppKeys = ["client_id", "client_secret"],
            StoreKeys = ["client_id", "client_secret", "refresh_token", "partner_id"],
        };
}
