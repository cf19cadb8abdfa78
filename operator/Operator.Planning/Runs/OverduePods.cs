using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Pods that would be given up now, because they did not start or did not end in time. The cache may be behind, so a live read must
/// confirm this first: else a run that ended well is given up, and its stores run again.
/// </summary>
public static class OverduePods
{
    public static ImmutableArray<string> Names(ConnectorRecord record, Observation seen)
    {
        var connector = seen.Connector;
        // Most pods are young, and then nothing must be searched.
        var least = connector
            .Spec.Flows.SelectMany(f => new[] { f.StartTimeout.Value, f.Timeout.Value })
            .DefaultIfEmpty(TimeSpan.MaxValue)
            .Min();
        // Pilots have less time.
        var hasPilot = record.RunningAttempt is { HasStarted: false };
        if (!hasPilot && !seen.Pods.Any(p => seen.Now - p.CreatedAt >= least && !PodIndex.HasEnded(p)))
        {
            return [];
        }
        var pods = PodIndex.Of(connector.Metadata.Name, record, seen.Pods);
        return [.. connector.Spec.Flows.SelectMany(f => Names(record, f, pods, seen.Now))];
    }

    private static IEnumerable<string> Names(ConnectorRecord record, Flow flow, PodIndex pods, DateTimeOffset now) =>
        from occasion in record.Plan(flow.Name).Occasions
        from entry in occasion.Entries
        where entry is { Result: null, Stop: null }
        let pod = pods.Find(flow.Name, occasion, entry)
        where pod is { IsDeleting: false, IsGone: false }
        where Expiry.EndsAt(Expiry.AsOpened(flow, occasion), entry, pod) <= now
        select pod.Name;
}
