using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Output;

/// <summary>
/// Pods that may be deleted: folded pods of closed occasions beyond <c>spec.history</c>, or up to
/// <see cref="Observation.PruneUpTo"/>, strays that are over, and pods of folded runs whose fingerprint was edited. A pod stays until a
/// late create of the same name can no longer arrive.
/// </summary>
internal static class Prunable
{
    public static ImmutableArray<ObservedPod> Pods(Draft draft, PodIndex pods)
    {
        var prunable = ImmutableArray.CreateBuilder<ObservedPod>();
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            var kept = Kept(plan, draft.Spec.History);
            foreach (var occasion in plan.Occasions.Where(o => o.IsClosed && draft.Seen.IsPastLateArrival(o)))
            {
                bool IsKept(Entry entry, ObservedPod pod) =>
                    kept.Contains((occasion.Id, entry.Index)) && !(pod.CreatedAt <= draft.Seen.PruneUpTo);
                prunable.AddRange(
                    occasion
                        .Entries.Select(e => pods.Find(flow, occasion, e) is { } pod && !IsKept(e, pod) ? pod : null)
                        .OfType<ObservedPod>()
                );
            }
        }
        prunable.AddRange(EditedOfFoldedRuns(draft, pods));
        return [.. prunable.Where(IsThere), .. Strays(draft, pods)];
    }

    /// <summary>
    /// Strays that have ended, or whose deadline is over: their kubelet does not tell their end any more. Not a run of somebody else.
    /// </summary>
    public static IEnumerable<ObservedPod> Strays(Draft draft, PodIndex pods) =>
        pods.Strays.Where(p => IsThere(p) && !pods.IsForeignRun(p.Name) && StrayPods.IsOver(p, draft.Seen));

    /// <summary>
    /// Pods of folded runs in which only sidecars still run, as soon as a late create of the same name can no longer arrive: each keeps a
    /// place of the namespace's ResourceQuota, for which other runs wait.
    /// </summary>
    public static IEnumerable<ObservedPod> KeptBySidecars(Draft draft, PodIndex pods) =>
        draft
            .Record.Plans.SelectMany(plan =>
                plan.Value.Occasions.SelectMany(occasion =>
                    occasion
                        .Entries.Where(e => e.Result is not null)
                        .Select(e => (Entry: e, Pod: pods.Find(plan.Key, occasion, e)))
                )
            )
            .Where(run => run.Pod is { IsKeptBySidecar: true } && IsThere(run.Pod))
            .Where(run => draft.Now > NeededUntil(draft, run.Entry, run.Pod!)) // only pods are left
            .Select(run => run.Pod!);

    /// <summary>Until when a pod that only sidecars keep alive stays.</summary>
    public static DateTimeOffset NeededUntil(Draft draft, Entry entry, ObservedPod pod) =>
        pod.HasOnlyNativeSidecars
            ? entry.StartBy + draft.Seen.Limits.LateArrival
            : draft.Seen.LastArrival(entry, pod.Name, pod.CreatedAt);

    private static bool IsThere(ObservedPod pod) => pod is { IsGone: false, IsDeleting: false };

    /// <summary>Nobody can read the history of a pod whose fingerprint was edited. A live run is stopped by its entry.</summary>
    private static IEnumerable<ObservedPod> EditedOfFoldedRuns(Draft draft, PodIndex pods) =>
        from plan in draft.Record.Plans
        where pods.HasEdited
        from occasion in plan.Value.Occasions
        from entry in occasion.Entries
        where entry.Result is not null
        let pod = pods.FindEdited(plan.Key, occasion, entry)
        where pod is not null
        select pod;

    private static HashSet<(string Occasion, int Index)> Kept(FlowPlan plan, HistoryLimits history)
    {
        var closed = plan.Occasions.Where(o => o.IsClosed).OrderByDescending(o => o.Slot).ToList();
        // Run-nows and catch-ups do not count as slots: their pods stay as long as those of the slots around them.
        var oldest = closed.Where(o => o.Order is null).Take(history.Slots).LastOrDefault()?.Slot;
        var recent = closed.Where(o => o.Slot >= oldest).SelectMany(o => o.Entries.Select(e => (o.Id, e.Index)));
        var failed = closed
            .Where(o => !(o.Slot >= oldest))
            .SelectMany(o => o.Entries.Where(e => e.Result == RunResult.Failed).Select(e => (o.Id, e.Index)))
            .Take(history.FailedRuns);
        return [.. recent.Concat(failed)];
    }
}
