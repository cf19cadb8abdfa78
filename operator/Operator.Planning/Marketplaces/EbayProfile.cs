using Operator.Api;

namespace Operator.Planning.Marketplaces;

internal static class EbayProfile
{
    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Ebay,
            AppKeys = ["client_id", "client_secret"],
            StoreKeys = ["refresh_token"],
        };
}
