using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Marketplaces;

/// <summary>The operator's defaults for a marketplace. Each number has its source, and unpublished numbers are marked.</summary>
public sealed record MarketplaceProfile
{
    public Marketplace Marketplace { get; init; }

    /// <summary>Names of the application's credential files in the pod. The operator defines these names.</summary>
    public ImmutableArray<string> AppKeys { get; init; } = [];

    /// <summary>Names of a store's credential files in the pod. The operator defines these names.</summary>
    public ImmutableArray<string> StoreKeys { get; init; } = [];

    /// <summary>IANA time zone of the marketplace's day. The day begins at midnight.</summary>
    public string DayZone { get; init; } = "UTC";

    public ImmutableArray<ApiFact> Apis { get; init; } = [];

    /// <summary>Typical calls of flows with usual names. Used for warnings only, never enforced.</summary>
    public ImmutableArray<UsualUse> UsualUses { get; init; } = [];

    public ImmutableArray<ApiSunset> Sunsets { get; init; } = [];
}

/// <summary>The source of a number, and the date on which it was read.</summary>
public sealed record Source(string Name, DateOnly ReadOn, SourceKind Kind = SourceKind.Official);

public enum SourceKind
{
    /// <summary>Models or pages of the marketplace.</summary>
    Official,

    /// <summary>Third parties that agree; no page of the marketplace was found.</summary>
    ThirdParty,

    /// <summary>No source; a cautious guess.</summary>
    Assumption,
}

/// <summary>An API and its quota. A quota without rate and perDay: the marketplace publishes no numbers.</summary>
public sealed record ApiFact(Quota Quota, Source Source)
{
    /// <summary>The rate is published, the burst is not.</summary>
    public bool IsBurstAssumed { get; init; }
}

public sealed record UsualUse(string Flow, string Api, int CallsPerStore);

/// <summary>An API version that will be removed. It covers every API whose name begins with <paramref name="ApiPrefix"/>.</summary>
public sealed record ApiSunset(string ApiPrefix, DateOnly RemovedOn, string Instead, Source Source);

/// <summary>Finds the profile of a marketplace.</summary>
public static class Profiles
{
    private static readonly MarketplaceProfile Nothing = new();

    /// <summary>All profiles. Custom has none.</summary>
    public static ImmutableArray<MarketplaceProfile> All { get; } =
    [
        AmazonProfile.Instance,
        ShopeeProfile.Instance,
        LazadaProfile.Instance,
        EbayProfile.Instance,
        WalmartProfile.Instance,
    ];

    /// <summary>Returns an empty profile for Custom and for an unknown marketplace.</summary>
    public static MarketplaceProfile Of(Marketplace marketplace) =>
        All.FirstOrDefault(p => p.Marketplace == marketplace) ?? Nothing;
}

/// <summary>Short factory methods for the tables.</summary>
internal static class ApiFacts
{
    public static ApiFact Rate(
        string api,
        string rate,
        int? burst,
        Source source,
        QuotaScope scope = QuotaScope.Store
    ) =>
        new(
            new Quota
            {
                Api = api,
                Rate = new Rate(rate),
                Burst = burst,
                Scope = scope,
            },
            source
        )
        {
            IsBurstAssumed = burst is null,
        };

    /// <summary>A number of calls per day that all stores of the application share.</summary>
    public static ApiFact PerDay(string api, long calls, Source source) =>
        new(
            new Quota
            {
                Api = api,
                PerDay = calls,
                Scope = QuotaScope.Application,
            },
            source
        );

    /// <summary>The API has limits, but no published numbers.</summary>
    public static ApiFact Unpublished(string api, Source source) =>
        new(new Quota { Api = api, Scope = QuotaScope.Application }, source);
}
