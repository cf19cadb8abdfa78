using Operator.Api;

namespace Operator.Planning.Marketplaces;

internal static class LazadaProfile
{
    public static MarketplaceProfile Instance { get; } =
        new()
        {
            Marketplace = Marketplace.Lazada,
            AppKeys = ["app_key", "app_secret"],
            StoreKeys = ["access_token", "refresh_token"],
        };
}
