using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Output;

/// <summary>
/// The difference between the committed record and the cluster. It depends on the state only, not on how it came about, so
/// a crash between commit and changes leads to the same changes again.
/// </summary>
internal static class Changes
{
    public static ImmutableArray<Change> Of(Draft draft, PodIndex pods)
    {
        var changes = ImmutableArray.CreateBuilder<Change>();
        changes.AddRange(Creates(draft, pods).Select(c => new Change.CreatePod(c)));
        changes.AddRange(Deletions(draft, pods));
        return changes.ToImmutable();
    }

    /// <summary>
    /// Pods that the record allows to delete. While the connector has problems, <c>spec.history</c> may be one of them, so history stays.
    /// </summary>
    public static ImmutableArray<Change> Deletions(Draft draft, PodIndex pods)
    {
        var prunable = draft.Seen.ConnectorFindings.IsEmpty
            ? Prunable.Pods(draft, pods)
            : [.. Prunable.Strays(draft, pods)];
        var pruned = prunable.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Expired(draft, pods),
            .. prunable.Select(p => new Change.DeletePod(p.Name, p.Uid, "its occasion is closed")),
            .. Prunable
                .KeptBySidecars(draft, pods)
                .Where(p => !pruned.Contains(p.Name))
                .Select(p => new Change.DeletePod(p.Name, p.Uid, "its run has ended and only sidecars still run")),
        ];
    }

    /// <summary>
    /// Entries without a pod that may still be created now. A candidate run of an ended attempt is not created, unless its revision
    /// was promoted; one whose creation was in flight when the attempt ended is one more run in flight.
    /// </summary>
    private static IEnumerable<PodDraft> Creates(Draft draft, PodIndex pods)
    {
        foreach (var flow in draft.Spec.Flows)
        {
            foreach (var occasion in draft.Record.Plan(flow.Name).Occasions.Where(o => !o.IsClosed))
            {
                foreach (var entry in InTurn(draft, flow.Name, occasion))
                {
                    var isOfEndedAttempt =
                        entry.Attempt != 0
                        && entry.Attempt != draft.Record.RunningAttempt?.Number
                        && entry.Revision != draft.Record.Revisions.StableHash;
                    if (
                        !isOfEndedAttempt
                        && pods.Find(flow.Name, occasion, entry) is null
                        && pods.FindEdited(flow.Name, occasion, entry) is null
                        && draft.Record.Revisions.Find(entry.Revision) is { } revision
                    )
                    {
                        yield return PodDrafting.Of(draft, new PodDrafting.Run(flow, occasion, entry, revision));
                    }
                }
            }
        }
    }

    /// <summary>
    /// The pilot, then the runs whose stores were served longest ago. Where not all pods can be made at once, as under a ResourceQuota, the order
    /// decides whose run is late or lost. So it must not know the arms: else coins would lose the runs of one arm.
    /// </summary>
    private static List<Entry> InTurn(Draft draft, string flow, Occasion occasion)
    {
        var due = occasion.Entries.Where(e => IsToBeMade(e, draft.Now)).ToList();
        if (due.Count < 2)
        {
            return due;
        }
        var stores = draft.Record.Ledger(flow).Stores;
        DateTimeOffset ServedLast(string store) => stores.GetValueOrDefault(store)?.LastRunSlot ?? default;
        return
        [
            .. due.OrderByDescending(e => e.IsPilot)
                .ThenBy(e => e.Stores.Min(ServedLast))
                .ThenBy(e => e.StartBy)
                .ThenBy(e => e.Stores[0], StringComparer.Ordinal),
        ];
    }

    private static bool IsToBeMade(Entry entry, DateTimeOffset now) =>
        entry is { Result: null, Stop: null, IsWithdrawn: false }
        && now <= entry.StartBy
        && (entry.NotBefore is not { } notBefore || now >= notBefore);

    private static IEnumerable<Change> Expired(Draft draft, PodIndex pods)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            foreach (var occasion in plan.Occasions)
            {
                foreach (var entry in occasion.Entries.Where(e => e is { Result: null, Stop: not null }))
                {
                    var pod = pods.Find(flow, occasion, entry) ?? pods.FindEdited(flow, occasion, entry);
                    if (pod is { IsGone: false, IsDeleting: false })
                    {
                        yield return new Change.DeletePod(pod.Name, pod.Uid, entry.Stop.ToString()!); // Stop is not null here
                    }
                }
            }
        }
    }
}
