using System.Collections.Immutable;
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
        var occasions = Expiry.AllAsOpened(seen.Connector.Spec, record).ToList();
        // Most pods are young, and then nothing must be searched.
        var least = occasions
            .SelectMany(o => new[] { o.Flow.StartTimeout.Value, o.Flow.Timeout.Value })
            .DefaultIfEmpty(TimeSpan.MaxValue)
            .Min();
        // Pilots have less time.
        var hasPilot = record.RunningAttempt is { HasStarted: false };
        if (!hasPilot && !seen.Pods.Any(p => seen.Now - p.CreatedAt >= least && !PodIndex.HasEnded(p)))
        {
            return [];
        }
        var pods = PodIndex.Of(seen, record);
        return
        [
            .. from open in occasions
            from entry in open.Occasion.Entries
            where entry is { Result: null, Stop: null }
            let pod = pods.Find(open.Flow.Name, open.Occasion, entry)
            where pod is { IsDeleting: false, IsGone: false }
            where Expiry.EndsAt(open.Flow, entry, pod) <= seen.Now
            select pod.Name,
        ];
    }
}
