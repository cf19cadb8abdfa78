using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Whether refused pods stop an occasion altogether. While other runs of it have started, or are about to, the refused ones follow: they
/// wait for a place of a ResourceQuota, for example, as on every due time.
/// </summary>
internal static class RefusedRuns
{
    /// <summary>
    /// Of an open occasion nothing is to be seen but refused pods, and pods that can't start by their own fault. Also true where no entry
    /// is known for a refused pod.
    /// </summary>
    public static bool AreAll(Draft draft, PodIndex pods)
    {
        if (draft.Seen.Refusals.IsEmpty)
        {
            return false;
        }
        var met = (
            from plan in draft.Record.Plans
            from occasion in plan.Value.Occasions
            where occasion.Entries.Any(e => IsRefused(draft, plan.Key, occasion, e))
            select (Flow: plan.Key, Occasion: occasion)
        ).ToList();
        return met.Count == 0
            || met.Exists(m => !m.Occasion.Entries.Any(e => MayRun(e, pods.Find(m.Flow, m.Occasion, e))));
    }

    private static bool IsRefused(Draft draft, string flow, Occasion occasion, Entry entry) =>
        entry.Result is null
        && draft.Seen.Refusals.ContainsKey(
            PodNames.Of(draft.Seen.Connector.Metadata.Name, draft.Record.Id, flow, occasion.Id, entry.Index)
        );

    /// <summary>The container has started, or nothing speaks against it.</summary>
    private static bool MayRun(Entry entry, ObservedPod? pod) =>
        entry.Result is null
            ? pod is not null
                && !(pod.Container is ContainerSight.Waiting && ContainerWaits.IsOwnFault(ContainerWaits.ReasonOf(pod)))
            : !ContainerWaits.IsBeforeStart(entry.Reason);
}
