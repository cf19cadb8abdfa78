using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Marketplaces;

namespace Operator.Planning.Quotas;

/// <summary>The quotas of the APIs that the connector's flows use: <c>spec.quotas</c> first, then the marketplace's profile.</summary>
public sealed class QuotaTable
{
    private readonly Dictionary<string, Limit> _limits;

    private QuotaTable(Dictionary<string, Limit> limits) => _limits = limits;

    private static QuotaTable Empty { get; } = new([]);

    /// <summary>Contains only APIs that a flow uses.</summary>
    public static QuotaTable Of(ConnectorSpec spec)
    {
        if (spec.Flows.All(f => f.Uses.IsEmpty))
        {
            return Empty;
        }
        var used = spec.Flows.SelectMany(f => f.Uses).Select(u => u.Api).ToHashSet(StringComparer.Ordinal);
        var limits = new Dictionary<string, Limit>(StringComparer.Ordinal);
        foreach (var limit in Known(spec, used.Contains))
        {
            limits.TryAdd(limit.Api, limit); // spec.quotas comes first
        }
        return new QuotaTable(limits);
    }

    /// <summary>The known quotas of the wanted APIs: first <c>spec.quotas</c>, then the profile.</summary>
    public static IEnumerable<Limit> Known(ConnectorSpec spec, Func<string, bool> isWanted)
    {
        var profile = Profiles.Of(spec.Marketplace);
        return spec
            .Quotas.Concat(profile.Apis.Select(a => a.Quota))
            .Where(q => isWanted(q.Api))
            .Select(q => Limit.Of(q, profile.DayZone))
            .OfType<Limit>();
    }

    public Limit? Find(string api) => _limits.GetValueOrDefault(api);

    /// <summary>The flow's uses that have a quota.</summary>
    public ImmutableArray<(ApiUse Use, Limit Limit)> Of(Flow flow) =>
        [
            .. flow
                .Uses.Select(use => (use, Limit: Find(use.Api)))
                .Where(u => u.Limit is not null)
                .Select(u => (u.use, u.Limit!)), // filtered above
        ];
}
