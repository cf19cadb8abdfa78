using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Marketplaces;

/// <summary>What is known of a marketplace before a user says anything. Each number names its source; what is not published says so.</summary>
public sealed record MarketplaceProfile
{
    public Marketplace Marketplace { get; init; }

    /// <summary>Files of the application's credentials, as workers find them. Names are ours.</summary>
    public ImmutableArray<string> AppKeys { get; init; } = [];

    /// <summary>Files of a store's credentials, as workers find them. Names are ours.</summary>
    public ImmutableArray<string> StoreKeys { get; init; } = [];

    /// <summary>The IANA time zone in which the marketplace's day begins at midnight.</summary>
    public string DayZone { get; init; } = "UTC";

    public ImmutableArray<ApiFact> Apis { get; init; } = [];

    /// <summary>What flows of customary names usually ask of the marketplace: advice, never enforced.</summary>
    public ImmutableArray<UsualUse> UsualUses { get; init; } = [];

    public ImmutableArray<ApiSunset> Sunsets { get; init; } = [];
}

/// <summary>Where a number comes from, and when it was read there.</summary>
public sealed record Source(string Name, DateOnly ReadOn, SourceKind Kind = SourceKind.Official);

public enum SourceKind
{
    /// <summary>The marketplace's own models or pages.</summary>
    Official,

    /// <summary>Others say so, and agree; no page of the marketplace was found.</summary>
    ThirdParty,

    /// <summary>Nobody says so; a cautious guess.</summary>
    Assumption,
}

/// <summary>An API and its quota; without rate and perDay the marketplace publishes none.</summary>
public sealed record ApiFact(Quota Quota, Source Source)
{
    /// <summary>The published number is the rate's; how much the bucket holds is not published.</summary>
    public bool IsBurstAssumed { get; init; }
}

public sealed record UsualUse(string Flow, string Api, int CallsPerStore);

/// <summary>A version of an API that will be removed: every API whose name begins so.</summary>
public sealed record ApiSunset(string ApiPrefix, DateOnly RemovedOn, string Instead, Source Source);

/// <summary>The profiles by marketplace.</summary>
public static class Profiles
{
    private static readonly MarketplaceProfile Nothing = new();

    /// <summary>Of every marketplace that has one; Custom has none.</summary>
    public static ImmutableArray<MarketplaceProfile> All { get; } =
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

/// <summary>Short forms for the tables.</summary>
internal static class Facts
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

    /// <summary>All stores of the application share the calls of a day.</summary>
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

    /// <summary>There are limits, and no numbers of them.</summary>
    public static ApiFact Unpublished(string api, Source source) =>
        new(new Quota { Api = api, Scope = QuotaScope.Application }, source);
}
