using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Marketplaces;

/// <summary>What is known of a marketplace before a user says anything.</summary>
public sealed record MarketplaceProfile
{
    public Marketplace Marketplace { get; init; }

    /// <summary>Files of the application's credentials, as workers find them. Names are ours.</summary>
    public ImmutableArray<string> AppKeys { get; init; } = [];

    /// <summary>Files of a store's credentials, as workers find them. Names are ours.</summary>
    public ImmutableArray<string> StoreKeys { get; init; } = [];
}

/// <summary>The profiles by marketplace.</summary>
public static class Profiles
{
    private static readonly MarketplaceProfile Nothing = new();

    private static readonly ImmutableArray<MarketplaceProfile> All =
    [
        AmazonProfile.Instance,
        ShopeeProfile.Instance,
        LazadaProfile.Instance,
        EbayProfile.Instance,
        WalmartProfile.Instance,
    ];

    /// <summary>One that knows nothing for Custom, and for a marketplace that this version does not know.</summary>
    public static MarketplaceProfile Of(Marketplace marketplace) =>
        All.FirstOrDefault(p => p.Marketplace == marketplace) ?? Nothing;
}
