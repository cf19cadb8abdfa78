using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>A run's share of the calls of one API, as run.json contains it.</summary>
public sealed record QuotaShare
{
    /// <summary>Store: the numbers apply to each store of the run. Application: they apply to the whole run.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Calls that the run was promised and may make at once.</summary>
    public long Tokens { get; init; }

    /// <summary>Highest rate of further calls: the run's part when the maximum number of runs is live. Null: no rate is known.</summary>
    public string? Rate { get; init; }

    /// <summary>The shares of an entry, by API; null when no calls were promised.</summary>
    internal static ImmutableSortedDictionary<string, QuotaShare>? Of(
        ConnectorSpec spec,
        QuotaTable quotas,
        Entry entry
    ) =>
        entry.Promised?.ToImmutableSortedDictionary(
            p => p.Key,
            p => Of(spec, quotas.Find(p.Key), new Promise(p.Key, p.Value, entry.Stores.Length)),
            StringComparer.Ordinal
        );

    private sealed record Promise(string Api, int CallsPerStore, int Stores);

    private static QuotaShare Of(ConnectorSpec spec, Limit? limit, Promise promise)
    {
        var isOfStores = limit?.Scope != QuotaScope.Application;
        return new QuotaShare
        {
            Scope = (isOfStores ? QuotaScope.Store : QuotaScope.Application).ToString(),
            Tokens = isOfStores ? promise.CallsPerStore : (long)promise.CallsPerStore * promise.Stores,
            Rate = limit is { HasRate: true } ? limit.RateText(Sharers(spec, promise.Api, isOfStores)) : null,
        };
    }

    /// <summary>Runs that can be live at once. For a store: one per flow. For an application: the sum of maxConcurrentRuns.</summary>
    private static int Sharers(ConnectorSpec spec, string api, bool isOfStores)
    {
        var flows = spec.Flows.Where(f => f.Uses.Any(u => u.Api == api));
        return Math.Max(1, isOfStores ? flows.Count() : flows.Sum(f => f.MaxConcurrentRuns));
    }
}
