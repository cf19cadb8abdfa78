using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Marketplaces;

/// <summary>A use of an API whose version will be removed.</summary>
public sealed record SunsetUse(string Flow, string Api, ApiSunset Sunset);

/// <summary>Finds used APIs that will be removed, and decides when to warn users.</summary>
public static class Sunsets
{
    private static readonly TimeSpan Notice = TimeSpan.FromDays(180);

    /// <summary>Uses of APIs that will be removed, the earliest removal first.</summary>
    public static ImmutableArray<SunsetUse> Of(ConnectorSpec spec)
    {
        var sunsets = Profiles.Of(spec.Marketplace).Sunsets;
        return
        [
            .. spec
                .Flows.SelectMany(flow => flow.Uses.Select(use => (Flow: flow.Name, use.Api)))
                .SelectMany(use =>
                    sunsets
                        .Where(s => use.Api.StartsWith(s.ApiPrefix, StringComparison.Ordinal))
                        .Select(s => new SunsetUse(use.Flow, use.Api, s))
                )
                .OrderBy(use => use.Sunset.RemovedOn),
        ];
    }

    public static bool IsNear(ApiSunset sunset, DateTimeOffset now) => now + Notice >= InstantOf(sunset);

    public static bool IsOver(ApiSunset sunset, DateTimeOffset now) => now >= InstantOf(sunset);

    /// <summary>Midnight UTC at the start of the removal day.</summary>
    public static DateTimeOffset InstantOf(ApiSunset sunset) =>
        new(sunset.RemovedOn.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
