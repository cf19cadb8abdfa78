using Operator.Api;
using static Operator.Planning.Marketplaces.ApiFacts;

namespace Operator.Planning.Marketplaces;

/// <summary>
/// Sell APIs: the application has a number of calls per day, and eBay raises it after a growth check. Rates per second are
/// not published. The day begins at midnight in Los Angeles, according to third parties.
/// </summary>
internal static class EbayProfile
{
    private static readonly Source Limits = new(
        "developer.ebay.com/develop/api/sell/api_call_limits",
        new DateOnly(2026, 5, 11)
    );

    private static readonly Source Tokens = new(
        "developer.ebay.com/api-docs/static/oauth-rate-limits.html",
        new DateOnly(2026, 5, 11)
    );

    private static readonly Source Others = new(
        "three integrators' notes that agree; the official page's row could not be read",
        new DateOnly(2026, 5, 11),
        SourceKind.ThirdParty
    );

    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Ebay,
            AppKeys = ["client_id", "client_secret"],
            StoreKeys = ["refresh_token"],
            DayZone = "America/Los_Angeles",
            Apis =
            [
                PerDay("sell.fulfillment", 100_000, Others),
                PerDay("sell.inventory", 2_000_000, Others),
                PerDay("sell.feed", 100_000, Others),
                PerDay("trading", 5_000, Others),
                PerDay("sell.account", 25_000, Limits),
                PerDay("sell.finances", 15_000, Limits),
                PerDay("commerce.notification", 10_000, Limits),
                PerDay("identity.refresh_token", 50_000, Tokens),
                PerDay("identity.client_credentials", 1_000, Tokens),
            ],
            UsualUses = [new UsualUse("orders", "sell.fulfillment", 1), new UsualUse("inventory", "sell.inventory", 1)],
        };
}
