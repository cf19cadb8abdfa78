using Operator.Api;
using static Operator.Planning.Marketplaces.ApiFacts;

namespace Operator.Planning.Marketplaces;

/// <summary>
/// Open Platform v2. The application has a daily limit and each API has a rate, but no numbers are published. A worker that gets
/// <c>error_limit</c> reports the API as spent, and runs that use the API wait for the next day.
/// </summary>
internal static class ShopeeProfile
{
    /// <summary>In 444 pages the field <c>rate_limit</c> is empty or zero; <c>error_limit</c> says "try again after 00:00 (UTC+08:00)".</summary>
    private static readonly Source Pages = new(
        "open.shopee.com pages as collected in github.com/congminh1254/shopee-sdk at cb231e9b",
        new DateOnly(2026, 8, 18)
    );

    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Shopee,
            AppKeys = ["partner_id", "partner_key"],
            StoreKeys = ["shop_id", "access_token", "refresh_token"],
            DayZone = "Asia/Singapore",
            Apis =
            [
                Unpublished("order.get_order_list", Pages),
                Unpublished("order.get_order_detail", Pages),
                Unpublished("product.update_stock", Pages),
                Unpublished("product.update_price", Pages),
                Unpublished("product.get_item_list", Pages),
            ],
        };
}
