using Operator.Api;

namespace Operator.Planning.Marketplaces;

internal static class ShopeeProfile
{
    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Shopee,
            AppKeys = ["partner_id", "partner_key"],
            StoreKeys = ["shop_id", "access_token", "refresh_token"],
        };
}
