using Operator.Api;
using static Operator.Planning.Marketplaces.ApiFacts;

namespace Operator.Planning.Marketplaces;

/// <summary>Open Platform. <c>app</c> is all calls of the application together. The start of its day is not published: UTC+8 is assumed.</summary>
internal static class LazadaProfile
{
    private static readonly Source Guide = new(
        "open.lazada.com quick-start-guide, an online application (a test one has 10,000), as collected in github.com/xKeNcHii/lazada-sdk at 1efdc010",
        new DateOnly(2026, 4, 21)
    );

    private static readonly Source Pages = new(
        "open.lazada.com pages of the APIs, as collected in github.com/xKeNcHii/lazada-sdk at 1efdc010",
        new DateOnly(2026, 4, 21)
    );

    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Lazada,
            AppKeys = ["app_key", "app_secret"],
            StoreKeys = ["access_token", "refresh_token"],
            DayZone = "Asia/Singapore",
            Apis =
            [
                PerDay("app", 10_000_000, Guide),
                Rate("product.stock.sellable", "50/1s", null, Pages),
                Rate("category.brands.query", "30/1s", null, Pages, QuotaScope.Application),
                Unpublished("orders.get", Pages),
                Unpublished("orders.items.get", Pages),
                Unpublished("product.price_quantity.update", Pages),
            ],
        };
}
