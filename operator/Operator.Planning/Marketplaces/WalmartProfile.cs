using Operator.Api;
using static Operator.Planning.Marketplaces.ApiFacts;

namespace Operator.Planning.Marketplaces;

/// <summary>
/// Marketplace API: one bucket per seller and API, with gradual refill (20 per hour is one call in 3 minutes). The burst is not
/// published; the operator assumes the number of calls in the rate.
/// </summary>
internal static class WalmartProfile
{
    private static readonly Source Throttling = new(
        "developer.walmart.com throttling pages (us-marketplace, ca-marketplace)",
        new DateOnly(2026, 8, 27)
    );

    private static readonly Source Others = new(
        "two integrators' files that agree; no number on the official page",
        new DateOnly(2026, 8, 27),
        SourceKind.ThirdParty
    );

    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Walmart,
            AppKeys = ["client_id", "client_secret"],
            StoreKeys = ["client_id", "client_secret", "refresh_token", "partner_id"],
            Apis =
            [
                Rate("feeds.item", "10/1h", null, Throttling),
                Rate("feeds.price", "10/1h", null, Throttling),
                Rate("feeds.inventory", "10/1h", null, Throttling),
                Rate("feeds.promo", "6/24h", null, Throttling),
                Rate("feeds.status", "5000/1m", null, Others),
                Rate("orders.getAllOrders", "5000/1m", null, Others),
                Rate("orders.getReleasedOrders", "60/1m", null, Others),
                Rate("orders.acknowledge", "60/1m", null, Others),
                Rate("orders.ship", "60/1m", null, Others),
                Rate("inventory.update", "200/1m", null, Others),
                Rate("price.update", "100/1h", null, Others),
            ],
            UsualUses =
            [
                new UsualUse("orders", "orders.getAllOrders", 1),
                new UsualUse("inventory", "feeds.inventory", 1),
                new UsualUse("prices", "feeds.price", 1),
                new UsualUse("listings", "feeds.item", 1),
            ],
        };
}
