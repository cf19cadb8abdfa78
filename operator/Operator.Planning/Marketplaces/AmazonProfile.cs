using System.Collections.Immutable;
using Operator.Api;
using static Operator.Planning.Marketplaces.ApiFacts;

namespace Operator.Planning.Marketplaces;

/// <summary>
/// The Selling Partner API. The rates are Amazon's defaults per account and application. Amazon can grant an account other
/// rates: the header <c>x-amzn-RateLimit-Limit</c> shows them, and <c>spec.quotas</c> can set them. The models round rates to
/// four decimals; this table uses the exact fractions of the official SDK (0.0056 is one call in 180 s).
/// </summary>
internal static class AmazonProfile
{
    private static readonly Source Models = new(
        "github.com/amzn/selling-partner-api-models at 34dc93fe, usage plans of the operations",
        new DateOnly(2026, 8, 5)
    );

    private static readonly Source Sdk = new(
        "github.com/amzn/selling-partner-api-sdk at 2a03f00b, resources/rate-limits.yml",
        new DateOnly(2026, 8, 7)
    );

    private static readonly Source ListingsFeed = new(
        "developer-docs.amazon.com/sp-api/changelog/update-feed-size-and-rate-limit-changes-for-the-json_listings_feed, per region",
        new DateOnly(2025, 5, 6)
    );

    private static readonly Source Deprecations = new(
        "developer-docs.amazon.com/sp-api/changelog/new-introducing-the-orders-api-v2026-01-01",
        new DateOnly(2026, 8, 5)
    );

    private static readonly Source FinanceNotes = new(
        "notes of integrators on Amazon's deprecation schedule",
        new DateOnly(2026, 11, 1),
        SourceKind.ThirdParty
    );

    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Amazon,
            AppKeys = ["client_id", "client_secret"],
            StoreKeys = ["refresh_token"],
            Apis = [.. Orders, .. Catalogue, .. Documents, .. Others],
            UsualUses =
            [
                new UsualUse("orders", "orders.searchOrders", 1),
                new UsualUse("inventory", "fbaInventory.getInventorySummaries", 1),
                new UsualUse("prices", "feeds.createFeed.JSON_LISTINGS_FEED", 1),
                new UsualUse("listings", "feeds.createFeed.JSON_LISTINGS_FEED", 1),
            ],
            Sunsets =
            [
                new ApiSunset("ordersV0.get", new DateOnly(2027, 3, 27), "orders.searchOrders", Deprecations),
                new ApiSunset("financesV0.", new DateOnly(2027, 8, 27), "the newer version of finances", FinanceNotes),
            ],
        };

    private static ImmutableArray<ApiFact> Orders =>
        [
            Rate("orders.searchOrders", "1/180s", 20, Sdk),
            Rate("orders.getOrder", "1/2s", 30, Models),
            Rate("ordersV0.getOrders", "1/60s", 20, Models),
            Rate("ordersV0.getOrder", "1/2s", 30, Models),
            Rate("ordersV0.getOrderItems", "1/2s", 30, Models),
            Rate("ordersV0.getOrderAddress", "1/2s", 30, Models),
            Rate("ordersV0.getOrderBuyerInfo", "1/2s", 30, Models),
            Rate("ordersV0.confirmShipment", "2/1s", 10, Models),
        ];

    private static ImmutableArray<ApiFact> Catalogue =>
        [
            Rate("fbaInventory.getInventorySummaries", "2/1s", 2, Models),
            // Burst 10 in the models, 5 in the SDK: the lower value is safe.
            Rate("listingsItems.getListingsItem", "5/1s", 5, Sdk),
            Rate("listingsItems.putListingsItem", "5/1s", 5, Sdk),
            Rate("listingsItems.patchListingsItem", "5/1s", 5, Models),
            Rate("listingsItems.deleteListingsItem", "5/1s", 5, Models),
            Rate("listingsItems.searchListingsItems", "5/1s", 5, Models),
            Rate("productPricing.getPricing", "1/2s", 1, Models),
            Rate("productPricing.getCompetitivePricing", "1/2s", 1, Models),
            Rate("productPricing.getItemOffers", "1/2s", 1, Models),
            Rate("productPricing.getListingOffers", "1/1s", 2, Models),
            Rate("productPricing.getItemOffersBatch", "1/10s", 1, Models),
            Rate("productPricing.getListingOffersBatch", "1/2s", 1, Models),
            // Published as 0.033 per second, slightly less than one call in 30 s.
            Rate("productPricing.getCompetitiveSummary", "33/1000s", 1, Models),
            Rate("productPricing.getFeaturedOfferExpectedPriceBatch", "33/1000s", 1, Models),
        ];

    private static ImmutableArray<ApiFact> Documents =>
        [
            Rate("feeds.createFeedDocument", "1/2s", 15, Models),
            Rate("feeds.createFeed", "1/120s", 15, Sdk),
            Rate("feeds.createFeed.JSON_LISTINGS_FEED", "5/300s", 5, ListingsFeed),
            Rate("feeds.getFeed", "2/1s", 15, Models),
            Rate("feeds.cancelFeed", "2/1s", 15, Models),
            Rate("feeds.getFeeds", "1/45s", 10, Sdk),
            Rate("feeds.getFeedDocument", "1/45s", 10, Sdk),
            Rate("reports.createReport", "1/60s", 15, Models),
            Rate("reports.getReport", "2/1s", 15, Models),
            Rate("reports.getReportDocument", "1/60s", 15, Models),
            Rate("reports.getReports", "1/45s", 10, Sdk),
        ];

    private static ImmutableArray<ApiFact> Others =>
        [
            Rate("tokens.createRestrictedDataToken", "1/1s", 10, Models),
            Rate("notifications", "1/1s", 5, Models),
            Rate("sellers.getMarketplaceParticipations", "16/1000s", 15, Models),
            Rate("dataKiosk.createQuery", "1/60s", 15, Models),
            Rate("dataKiosk.getQuery", "2/1s", 15, Models),
            Rate("dataKiosk.getDocument", "1/60s", 15, Models),
        ];
}
