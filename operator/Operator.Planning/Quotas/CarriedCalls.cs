using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Quotas;

/// <summary>
/// Calls that were promised on an earlier day to runs that may start on this day. Only the end of a run tells on which day it made
/// its calls, so until then they count for both days.
/// </summary>
internal sealed class CarriedCalls
{
    private readonly Dictionary<(string Api, string Key), long> _calls = [];

    public static CarriedCalls Of(IEnumerable<Limit> limits, ConnectorRecord record, DateTimeOffset now)
    {
        var carried = new CarriedCalls();
        var daily = limits.Where(l => l.PerDay is not null).ToList();
        if (daily.Count == 0)
        {
            return carried;
        }
        foreach (var occasion in record.Plans.Values.SelectMany(p => p.Occasions))
        {
            foreach (var entry in occasion.Entries.Where(e => e is { Result: null, PromisedAt: not null }))
            {
                daily.ForEach(limit => carried.Add(limit, occasion, entry, now));
            }
        }
        return carried;
    }

    public long Of(string api, string key) => _calls.GetValueOrDefault((api, key));

    private void Add(Limit limit, Occasion occasion, Entry entry, DateTimeOffset now)
    {
        var calls = entry.Promised?.GetValueOrDefault(limit.Api) ?? 0;
        if (
            calls == 0
            || entry.PromisedAt is not { } promised
            || limit.DayEnd(promised) is var midnight && now < midnight
        )
        {
            return;
        }
        // The deadline is the latest start and the timeout.
        if (entry.Deadline - (occasion.Timeout?.Value ?? TimeSpan.Zero) < midnight)
        {
            return;
        }
        foreach (var store in entry.Stores)
        {
            var key = (limit.Api, limit.Scope == QuotaScope.Application ? Buckets.Application : store);
            _calls[key] = _calls.GetValueOrDefault(key) + calls;
        }
    }
}
