using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>The pods that the record still waits for. The cache may forget other pods that are gone.</summary>
public static class AwaitedPods
{
    /// <summary>Names of pods that are gone and that the record no longer waits for.</summary>
    public static ImmutableArray<string> Settled(
        ObjectMeta connector,
        ConnectorRecord record,
        ImmutableArray<ObservedPod> pods
    )
    {
        var index = PodIndex.Of(connector, record, pods);
        var awaited = Unfolded(record)
            .Select(run =>
                (
                    index.Find(run.Flow, run.Occasion, run.Entry) ?? index.FindEdited(run.Flow, run.Occasion, run.Entry)
                )?.Name
            )
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        return [.. pods.Where(p => p.IsGone && !awaited.Contains(p.Name)).Select(p => p.Name)];
    }

    /// <summary>Names of pods whose runs are not folded yet.</summary>
    public static ImmutableArray<string> Names(string connector, ConnectorRecord record) =>
        [.. Unfolded(record).Select(run => NameOf(connector, record, run))];

    /// <summary>Names of pods that the cache does not have and whose runs would now count as lost. A live read must confirm this first.</summary>
    public static ImmutableArray<string> Unseen(string connector, ConnectorRecord record, Observation seen)
    {
        var known = seen.Pods.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Unfolded(record)
                .Select(run => (run.Occasion, run.Entry, Pod: NameOf(connector, record, run)))
                .Where(run =>
                    !known.Contains(run.Pod)
                    && UncreatedPods.OfUnseen(run.Occasion, run.Entry, run.Pod, seen) is not null
                )
                .Select(run => run.Pod),
        ];
    }

    /// <summary>
    /// Pods of unfolded runs that the watch calls gone, though nobody was seen to delete them: they may only have lost the label by which
    /// they are watched. A live read must confirm that they are gone; else a second run starts beside them.
    /// </summary>
    public static ImmutableArray<ObservedPod> LeftUnmarked(ConnectorRecord record, Observation seen)
    {
        if (!seen.Pods.Any(IsLeftUnmarked))
        {
            return [];
        }
        var index = PodIndex.Of(seen, record);
        return
        [
            .. Unfolded(record)
                .Select(run => index.Find(run.Flow, run.Occasion, run.Entry))
                .OfType<ObservedPod>()
                .Where(IsLeftUnmarked),
        ];
    }

    private static bool IsLeftUnmarked(ObservedPod pod) =>
        pod is { IsGone: true, IsDeleting: false, Container: not ContainerSight.Terminated };

    private static string NameOf(string connector, ConnectorRecord record, Run run) =>
        PodNames.Of(connector, record.Id, run.Flow, run.Occasion.Id, run.Entry.Index);

    private static IEnumerable<Run> Unfolded(ConnectorRecord record) =>
        from plan in record.Plans
        from occasion in plan.Value.Occasions
        from entry in occasion.Entries
        where entry.Result is null
        select new Run(plan.Key, occasion, entry);

    private sealed record Run(string Flow, Occasion Occasion, Entry Entry);
}
