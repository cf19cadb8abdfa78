using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Marketplaces;

namespace Operator.Planning.Quotas;

/// <summary>The quotas that the connector's flows draw on: the user's, else those of the marketplace's profile.</summary>
public sealed class QuotaTable
{
    private readonly Dictionary<string, Limit> _limits;

    private QuotaTable(Dictionary<string, Limit> limits) => _limits = limits;

    private static QuotaTable Empty { get; } = new([]);

    /// <summary>Only of APIs that a flow uses.</summary>
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
            limits.TryAdd(limit.Api, limit); // the user's come first
        }
        return new QuotaTable(limits);
    }

    /// <summary>The quotas of some of the APIs that a flow of the connector may name, the user's first.</summary>
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

    /// <summary>What the flow asks for, with the quotas that limit it.</summary>
    public ImmutableArray<(ApiUse Use, Limit Limit)> Of(Flow flow) =>
        [
            .. flow
                .Uses.Select(use => (use, Limit: Find(use.Api)))
                .Where(u => u.Limit is not null)
                .Select(u => (u.use, u.Limit!)), // filtered above
        ];
}
