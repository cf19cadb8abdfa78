using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>What a run may call of one API, as run.json tells it.</summary>
public sealed record QuotaShare
{
    /// <summary>Store: the numbers are for each store of the run. Application: for the run as a whole.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Calls that the run was promised: it may make them at once.</summary>
    public long Tokens { get; init; }

    /// <summary>How fast it may make more, at most: its part when every run that may be live is. Absent: as fast as it likes.</summary>
    public string? Rate { get; init; }

    /// <summary>The shares of an entry; null when nothing was promised.</summary>
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

    /// <summary>Runs that may be live at once: of one store one a flow, of an application as many as the flows allow.</summary>
    private static int Sharers(ConnectorSpec spec, string api, bool isOfStores)
    {
        var flows = spec.Flows.Where(f => f.Uses.Any(u => u.Api == api));
        return Math.Max(1, isOfStores ? flows.Count() : flows.Sum(f => f.MaxConcurrentRuns));
    }
}
