using System.Collections.Immutable;
using System.Globalization;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Marketplaces;

namespace Operator.Planning.Quotas;

/// <summary>Checks whether the quotas suffice for the schedules on average, and explains the calculation. Short bursts are no error: they
/// wait.</summary>
public static class QuotaRules
{
    /// <summary>Finds uses that cannot work even for a single store: their flows stand still. The spec must be valid otherwise.</summary>
    public static ImmutableArray<Finding> Check(ConnectorSpec spec) => Check(spec, static _ => true);

    /// <summary>As <see cref="Check(ConnectorSpec)"/>, for the flows that are valid otherwise; the others stand still and call nothing.</summary>
    public static ImmutableArray<Finding> Check(ConnectorSpec spec, Func<Flow, bool> isRight)
    {
        if (spec.Flows.All(f => f.Uses.IsEmpty))
        {
            return [];
        }
        var table = QuotaTable.Of(spec);
        var findings = ImmutableArray.CreateBuilder<Finding>();
        foreach (var (index, flow) in spec.Flows.Index().Where(f => isRight(f.Item)))
        {
            foreach (var (place, use) in flow.Uses.Index())
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"spec.flows[{index}].uses[{place}]");
                if (Problem(spec, table, use) is { } problem)
                {
                    findings.Add(new Finding(path, problem));
                }
            }
        }
        foreach (var api in Apis(spec))
        {
            var draws = DrawnBy([.. spec.Flows.Where(isRight)], api);
            if (table.Find(api) is { } limit && TooMuch(limit, draws, stores: 1) is { } arithmetic)
            {
                findings.Add(new Finding("spec.flows", arithmetic) { Flows = [.. draws.Select(d => d.Flow.Name)] });
            }
        }
        return findings.ToImmutable();
    }

    /// <summary>Explains that the application's calls do not suffice for all stores, so that stores take turns; null when they suffice.</summary>
    public static string? TooLow(ConnectorSpec spec, QuotaTable table, int stores) =>
        Apis(spec)
            .Select(table.Find)
            .OfType<Limit>()
            .Where(l => l.Scope == QuotaScope.Application)
            .Select(l => TooMuch(l, DrawnBy(spec.Flows, l.Api), stores))
            .FirstOrDefault(p => p is not null);

    /// <summary>Explains that a flow without uses, judged by its name, usually makes more calls than the quota allows; null when none does.</summary>
    public static string? Doubtful(ConnectorSpec spec)
    {
        var usual = Profiles.Of(spec.Marketplace).UsualUses;
        foreach (var flow in spec.Flows.Where(f => f.Uses.IsEmpty))
        {
            var use = usual.FirstOrDefault(u => u.Flow == flow.Name);
            var limit = use is null ? null : QuotaTable.Known(spec, api => api == use.Api).FirstOrDefault();
            if (limit is not null && TooMuch(limit, [new Draw(flow, use!.CallsPerStore)], stores: 1) is { } arithmetic) // a limit implies a use
            {
                return $"flow '{flow.Name}' names no uses; if it does what such flows usually do: {arithmetic}; set its uses to say what it does";
            }
        }
        return null;
    }

    private sealed record Draw(Flow Flow, int CallsPerStore);

    private static string? Problem(ConnectorSpec spec, QuotaTable table, ApiUse use)
    {
        if (table.Find(use.Api) is not { } limit)
        {
            var known = string.Join(", ", QuotaTable.Known(spec, _ => true).Select(l => l.Api).Take(5));
            return $"no quota of '{use.Api}' is known; add it to spec.quotas or correct the name{(known.Length == 0 ? "" : $" (known are {known} and so on)")}";
        }
        return limit.HasRate && use.CallsPerStore > limit.Burst
            ? $"{use.CallsPerStore} calls at once are more than '{use.Api}' ever holds ({limit}); use fewer calls in a run, or raise spec.quotas if the marketplace grants more"
            : null;
    }

    /// <summary>Explains a demand above the supply; null when the supply suffices.</summary>
    private static string? TooMuch(Limit limit, ImmutableArray<Draw> draws, int stores)
    {
        if (Supply(limit) is not { } supply || stores == 0 || draws.IsEmpty)
        {
            return null;
        }
        var perStore = draws.Sum(d => Schedule.Of(d.Flow).SlotsADay() * d.CallsPerStore);
        var demand = limit.Scope == QuotaScope.Application ? perStore * stores : perStore;
        return demand > supply ? Arithmetic(limit, draws, new Sums(demand, supply, stores)) : null;
    }

    private sealed record Sums(decimal Demand, decimal Supply, int Stores);

    private static string Arithmetic(Limit limit, ImmutableArray<Draw> draws, Sums sums)
    {
        var terms = draws.Select(d =>
            $"flow '{d.Flow.Name}' {Number(Schedule.Of(d.Flow).SlotsADay())} times a day × {d.CallsPerStore}"
        );
        var factor = limit.Scope == QuotaScope.Application ? $" × {sums.Stores} stores" : "";
        var seldom = TimeSpan.FromDays(
            (double)(sums.Demand / sums.Supply / draws.Sum(d => Schedule.Of(d.Flow).SlotsADay()))
        );
        return $"'{limit.Api}' is called {string.Join(" + ", terms)}{factor} = {Number(sums.Demand)} times a day, its quota ({limit}) allows {Number(sums.Supply)}; run every {Seconds(seldom)} or more rarely, or raise spec.quotas if the marketplace grants more";
    }

    /// <summary>Average calls per day; null when no number is known.</summary>
    private static decimal? Supply(Limit limit)
    {
        var byRate = limit.HasRate ? (decimal)TimeSpan.TicksPerDay / limit.Per.Ticks * limit.Calls : (decimal?)null;
        return (byRate, limit.PerDay) switch
        {
            ({ } rate, { } day) => Math.Min(rate, day),
            (null, { } day) => day,
            _ => byRate,
        };
    }

    private static IEnumerable<string> Apis(ConnectorSpec spec) =>
        spec.Flows.SelectMany(f => f.Uses).Select(u => u.Api).Distinct(StringComparer.Ordinal);

    private static ImmutableArray<Draw> DrawnBy(ImmutableArray<Flow> flows, string api) =>
        [.. from flow in flows from use in flow.Uses where use.Api == api select new Draw(flow, use.CallsPerStore)];

    private static string Number(decimal number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan span) => $"{Math.Ceiling(span.TotalSeconds - 0.001):0}s";
}
