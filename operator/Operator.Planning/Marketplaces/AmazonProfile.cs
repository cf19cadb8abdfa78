using Operator.Api;

namespace Operator.Planning.Marketplaces;

internal static class AmazonProfile
{
    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Amazon,
            AppKeys = ["client_id", "client_secret"],
            StoreKeys = ["refresh_token"],
        };
}
