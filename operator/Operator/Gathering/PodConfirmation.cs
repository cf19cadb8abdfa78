using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Runs;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The cache may be behind, so a pod counts as never created, or as overdue, only after a live read. A pod that could not be read stays
/// as it was in the record.
/// </summary>
internal sealed class PodConfirmation(ManyReads reads, ClusterCache cache)
{
    public async Task<Observation> ConfirmAsync(ObjectKey connector, Observation seen, CancellationToken ct)
    {
        if (seen.Record is not RecordSight.Found(var record))
        {
            return seen;
        }
        var unseen = AwaitedPods.Unseen(connector.Name, record, seen);
        var overdue = OverduePods.Names(record, seen);
        var unmarked = AwaitedPods.LeftUnmarked(record, seen);
        if (unseen.IsEmpty && overdue.IsEmpty && unmarked.IsEmpty)
        {
            return seen;
        }
        var names = unseen.Concat(overdue).Concat(unmarked.Select(p => p.Name));
        var answers = await reads.ReadAsync(CoreTypes.Pods, connector.Namespace, names, ct);
        var pods = WithUnmarked(connector, seen.Pods, unmarked, answers);
        foreach (var name in unseen)
        {
            if (answers[name].Object is { } pod)
            {
                cache.Show(connector, pod);
                pods = pods.Add(PodProjection.Of(pod).Pod);
            }
        }
        var late = overdue.ToHashSet(StringComparer.Ordinal);
        ObservedPod Newest(ObservedPod known) =>
            late.Contains(known.Name)
            && answers[known.Name].Object is { } pod
            && PodProjection.Of(pod).Pod is var now
            && now.Uid == known.Uid
                ? now
                : known;
        return seen with
        {
            Pods = late.Count == 0 ? pods : [.. pods.Select(Newest)],
            UnconfirmedPods = answers
                .Where(a => a.Value.Unread is not null)
                .Select(a => a.Key)
                .ToImmutableHashSet(StringComparer.Ordinal),
        };
    }

    /// <summary>Pods that only lost the label by which they are watched are as they are; one that can't be read is not taken for gone.</summary>
    private ImmutableArray<ObservedPod> WithUnmarked(
        ObjectKey connector,
        ImmutableArray<ObservedPod> pods,
        ImmutableArray<ObservedPod> unmarked,
        ImmutableSortedDictionary<string, ReadAnswer> answers
    )
    {
        foreach (var left in unmarked)
        {
            var answer = answers[left.Name];
            if (answer.Unread is not null)
            {
                pods = pods.Replace(left, left with { IsGone = false });
            }
            else if (answer.Object is { } pod && pod.Uid == left.Uid)
            {
                pods = pods.Replace(left, PodProjection.Of(pod).Pod);
            }
            else
            {
                // So that the next reconcile need not ask again.
                cache.Deleting(connector, left.Name, left.Uid);
            }
        }
        return pods;
    }
}
